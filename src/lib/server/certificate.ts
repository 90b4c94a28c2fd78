import { once } from 'node:events';
import { type LookupFunction, type NetConnectOpts, type Socket, connect as tcp } from 'node:net';
import { connect as overTls } from 'node:tls';
import type { TlsOptions } from '../http/http.ts';
import { tlsConnectOptions } from '../http/tls.ts';

/** The result of connecting to a host. */
export type HostInspection =
  /** The name does not resolve, or the connection fails. */
  | { readonly kind: 'unreachable'; readonly error: Error }
  /** The host accepts the connection, but the URL is not HTTPS: no certificate to inspect. */
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'tls';
      /** Node's error code if the certificate is not trusted; null if it is. */
      readonly distrust: string | null;
      readonly validTo: Date | null;
      /** The names that the certificate is valid for, as `DNS:a, IP Address:b`. */
      readonly names: string | null;
    }
  | { readonly kind: 'no-handshake'; readonly error: Error };

/** Connects, reads the certificate and disconnects. No data is sent. */
export async function inspectHost(
  address: URL,
  tls: TlsOptions,
  signal: AbortSignal,
  lookup?: LookupFunction,
): Promise<HostInspection> {
  const secure = address.protocol === 'https:';
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const port = Number(address.port) || (secure ? 443 : 80);
  const options: NetConnectOpts = { host, port, ...(lookup ? { lookup } : {}) };
  const socket = tcp(options);
  const disconnect = (): void => {
    socket.destroy(asError(signal.reason));
  };
  signal.addEventListener('abort', disconnect, { once: true });
  try {
    await once(socket, 'connect');
    return secure ? await handshake(socket, host, tls) : { kind: 'plain' };
  } catch (error) {
    return { kind: 'unreachable', error: asError(error) };
  } finally {
    signal.removeEventListener('abort', disconnect);
    socket.destroy();
  }
}

async function handshake(socket: Socket, host: string, tls: TlsOptions): Promise<HostInspection> {
  const named = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  // Accept any certificate: it is only inspected, and no data is sent.
  const options = { ...named, ...tlsConnectOptions(tls), host, rejectUnauthorized: false, socket };
  const connection = overTls(options);
  try {
    await once(connection, 'secureConnect');
    const certificate = connection.getPeerCertificate();
    const validTo = new Date(certificate.valid_to);
    return {
      kind: 'tls',
      distrust: connection.authorized ? null : codeOf(connection.authorizationError),
      validTo: Number.isNaN(validTo.getTime()) ? null : validTo,
      names: certificate.subjectaltname ?? null,
    };
  } catch (error) {
    return { kind: 'no-handshake', error: asError(error) };
  } finally {
    connection.destroy();
  }
}

/** Node's types say Error, but for most reasons the value is only the code. */
function codeOf(reason: unknown): string {
  if (reason instanceof Error) {
    return 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.message;
  }
  return String(reason);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
