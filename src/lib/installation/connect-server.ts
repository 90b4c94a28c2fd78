import { rootCertificates } from 'node:tls';
import { AdminError } from '../errors.ts';
import { fileProblem } from '../file-problem.ts';
import type { TlsOptions } from '../http/http.ts';
import { readFile } from '../read-file.ts';
import { createServerClient, type ServerClient } from '../server/client.ts';
import { connectHttp, type HttpAccess, type HttpTarget } from './connect-http.ts';
import type { InstallationOptions } from './installation.ts';
import type { Settings } from './settings.ts';

/**
 * Creates the client of the configured CircleCI server. Reads files and secrets but sends no
 * request.
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
 * Creates the HTTP client and the token for any API of the server. Reads files and secrets but
 * sends no request.
 *
 * @throws AdminError of kind `validation` (SECRET_FILE, BAD_CERTIFICATE), `unauthorised`
 *   (SECRET_COMMAND) or `usage` (NO_SERVER_HOST)
 */
export async function reachServer(
  settings: Settings,
  options: InstallationOptions,
  httpOptions: Pick<HttpTarget, 'connections' | 'retries'> = {},
): Promise<HttpAccess> {
  const address = serverAddress(settings);
  if (address === null) throw noHost();
  const place = { origin: address.origin, tls: await serverTls(settings), ...httpOptions };
  return connectHttp(place, settings.server.token, settings, options);
}

/**
 * Returns the address of the server, with https unless the host has a scheme; null without a host.
 *
 * @throws AdminError of kind `usage`, code BAD_SERVER_HOST
 */
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
 * Returns the TLS options for the server: the public CAs, plus the one in the profile.
 *
 * @throws AdminError of kind `validation`, code BAD_CERTIFICATE
 */
export async function serverTls({ server }: Pick<Settings, 'server'>): Promise<TlsOptions> {
  const { caFile } = server;
  if (caFile === null) return {};
  const own = await readFile(caFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AdminError('validation', `${caFile} cannot be read: ${fileProblem(error)}`, {
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
