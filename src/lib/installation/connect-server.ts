import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { AdminError } from '../errors.ts';
import type { TlsOptions } from '../http/http.ts';
import { createServerClient, type ServerClient } from '../server/client.ts';
import { connectHttp, type HttpAccess, type HttpPlace } from './connect-http.ts';
import type { InstallationOptions } from './installation.ts';
import type { Settings } from './settings.ts';

/**
 * Makes the client of the CircleCI server that the settings mean: files and secrets are read,
 * nothing is sent.
 *
 * @throws AdminError as {@link reachServer} does
 */
export async function connectServer(
  settings: Settings,
  options: InstallationOptions,
): Promise<ServerClient> {
  return createServerClient(await reachServer(settings, options));
}

/**
 * Makes what any client of the server is made from: files and secrets are read, nothing is sent.
 *
 * @throws AdminError of kind `validation` (SECRET_FILE, BAD_CERTIFICATE), `unauthorised`
 *   (SECRET_COMMAND) or `usage` (NO_SERVER_HOST)
 */
export async function reachServer(
  settings: Settings,
  options: InstallationOptions,
  how: Pick<HttpPlace, 'connections' | 'retries'> = {},
): Promise<HttpAccess> {
  const address = serverAddress(settings);
  if (address === null) throw noHost();
  const place = { origin: address.origin, tls: await serverTls(settings), ...how };
  return connectHttp(place, settings.server.token, settings, options);
}

/** Where the server is: https, unless the host says otherwise; null where no host is known. */
export function serverAddress({ host }: Pick<Settings, 'host'>): URL | null {
  if (host === null) return null;
  const address = URL.parse(/^https?:\/\//i.test(host) ? host : `https://${host}`);
  if (address !== null && address.hostname !== '') return address;
  throw new AdminError('usage', `"${host}" is not a host`, {
    code: 'BAD_SERVER_HOST',
    hint: 'Write it like circleci.example.com.',
  });
}

/**
 * How the server's certificate is checked: the public authorities, and the profile's own.
 *
 * @throws AdminError of kind `validation`, code BAD_CERTIFICATE
 */
export async function serverTls({ server }: Pick<Settings, 'server'>): Promise<TlsOptions> {
  const { caFile } = server;
  if (caFile === null) return {};
  const own = await readFile(caFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AdminError('validation', `${caFile} cannot be read: ${error.code}`, {
      code: 'BAD_CERTIFICATE',
      hint: "It is set as the server's certificate authority, in the profile or by NODE_EXTRA_CA_CERTS.",
      cause: error,
    });
  });
  return { ca: [...rootCertificates, own] };
}

function noHost(): AdminError {
  return new AdminError('usage', 'The host of the CircleCI server is not configured', {
    code: 'NO_SERVER_HOST',
    hint: 'Set it: circleci-admin config set host HOST (or set CIRCLE_HOST if no profile is in use)',
  });
}
