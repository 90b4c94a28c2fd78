import type { Duplex } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import type { TlsOptions } from './http.ts';

/** The subset of Node's TLS options that this tool sets. */
export type SecureOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/** Converts {@link TlsOptions} to Node's TLS options. */
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

/** Returns the expected host; an IP address is not sent as a server name (RFC 6066). */
export function tlsNames(hostname: string): Pick<ConnectionOptions, 'host' | 'servername'> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return /^[\d.]+$|:/.test(host) ? { host } : { host, servername: host };
}

/** Returns an undici connector that opens connections with `dial` and uses TLS for `https:`. */
export function tlsOver(
  dial: () => Promise<Duplex>,
  secure: SecureOptions,
): buildConnector.connector {
  return (options, callback) => {
    open(dial, options.protocol === 'https:' ? secure : null, options.hostname).then(
      // undici accepts any duplex stream, although its type requires a TCP socket.
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
  // Imported here because plain HTTP does not need it.
  const { connect } = await import('node:tls');
  const tls = connect({ ...tlsNames(hostname), ...secure, socket });
  await new Promise<void>((resolve, reject) => {
    tls.once('secureConnect', resolve);
    tls.once('error', reject);
  });
  return tls;
}
