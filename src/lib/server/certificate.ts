import { once } from 'node:events';
import { type LookupFunction, type NetConnectOpts, type Socket, connect as tcp } from 'node:net';
import { connect as overTls } from 'node:tls';
import type { TlsOptions } from '../http/http.ts';
import { tlsConnectOptions } from '../http/tls.ts';

/** What a host shows when it is connected to. */
export type HostInspection =
  /** Nothing: the name is not known, or no connection comes about. */
  | { readonly kind: 'unreachable'; readonly error: Error }
  /** It takes connections, and speaks no TLS. */
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'tls';
      /** Why the certificate is not trusted, by Node's error code; null where it is. */
      readonly distrust: string | null;
      readonly validTo: Date | null;
      /** Names that it is for, as `DNS:a, IP Address:b`. */
      readonly names: string | null;
    }
  | { readonly kind: 'no-handshake'; readonly error: Error };

/** Connects, looks at the certificate, and hangs up. Nothing is sent. */
export async function inspectHost(
  address: URL,
  tls: TlsOptions,
  signal: AbortSignal,
  lookup?: LookupFunction,
): Promise<HostInspection> {
  const secure = address.protocol === 'https:';
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const port = Number(address.port) || (secure ? 443 : 80);
  const how: NetConnectOpts = { host, port, ...(lookup ? { lookup } : {}) };
  const socket = tcp(how);
  const hangUp = (): void => {
    socket.destroy(asError(signal.reason));
  };
  signal.addEventListener('abort', hangUp, { once: true });
  try {
    await once(socket, 'connect');
    return secure ? await handshake(socket, host, tls) : { kind: 'plain' };
  } catch (error) {
    return { kind: 'unreachable', error: asError(error) };
  } finally {
    signal.removeEventListener('abort', hangUp);
    socket.destroy();
  }
}

async function handshake(socket: Socket, host: string, tls: TlsOptions): Promise<HostInspection> {
  const named = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  // Let in whatever it shows: it is looked at, and nothing is said to it.
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

/** Node's types say that it is an Error; it is the code alone for most reasons. */
function codeOf(reason: unknown): string {
  if (reason instanceof Error) {
    return 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.message;
  }
  return String(reason);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
