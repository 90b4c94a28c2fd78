import type { Duplex } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import type { TlsOptions } from './http.ts';

/** What of Node's TLS options this tool sets. */
export type SecureOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/** Our TLS options in Node's words. */
export function tlsConnectOptions(tls: TlsOptions): SecureOptions {
  const { ca, cert, key, passphrase, serverName, verify } = tls;
  return {
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(verify === false ? { rejectUnauthorized: false } : {}),
  };
}

/** Whose certificate is expected; an address is no name to ask for (RFC 6066). */
export function tlsNames(hostname: string): Pick<ConnectionOptions, 'host' | 'servername'> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return /^[\d.]+$|:/.test(host) ? { host } : { host, servername: host };
}

/** A connector for undici that takes its connections from `dial` and lays TLS over them. */
export function tlsOver(
  dial: () => Promise<Duplex>,
  secure: SecureOptions,
): buildConnector.connector {
  return (options, callback) => {
    open(dial, options.protocol === 'https:' ? secure : null, options.hostname).then(
      // undici takes any duplex stream; its type asks for a TCP socket.
      (socket) => callback(null, socket as TLSSocket),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

async function open(
  dial: () => Promise<Duplex>,
  secure: SecureOptions | null,
  hostname: string,
): Promise<Duplex> {
  const socket = await dial();
  if (secure === null) return socket;
  // Loaded here, because plain HTTP does without it.
  const { connect } = await import('node:tls');
  const tls = connect({ ...tlsNames(hostname), ...secure, socket });
  await new Promise<void>((resolve, reject) => {
    tls.once('secureConnect', resolve);
    tls.once('error', reject);
  });
  return tls;
}
