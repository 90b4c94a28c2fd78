import { AdminError } from '../errors.ts';
import { fileProblem } from '../file-problem.ts';
import type { TlsOptions } from '../http/http.ts';
import { createHttpClient } from '../http/undici-client.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { connectNomad } from '../nomad/access.ts';
import type { NomadClient } from '../nomad/client.ts';
import { readFile } from '../read-file.ts';
import type { InstallationOptions } from './installation.ts';
import { proxySettings } from './proxy-settings.ts';
import type { NomadSettings, Settings } from './settings.ts';

/**
 * Creates the configured Nomad client. Reads files and secrets but sends no request.
 *
 * @throws AdminError of kind `validation` (SECRET_FILE, SECRET_COMMAND, BAD_CERTIFICATE) or `usage`
 */
export async function connectNomadOf(
  settings: Settings,
  options: InstallationOptions,
  kubernetes: () => Promise<KubernetesClient>,
): Promise<NomadClient> {
  const { nomad, requestTimeout } = settings;
  const [token, tls] = await Promise.all([nomadToken(nomad, options), tlsOptions(nomad)]);
  options.masker.add(token);
  options.masker.add(nomad.httpAuth);
  const usesCluster = nomad.address === null || settings.kubernetes.context !== null;
  return connectNomad({
    preferred: nomad.access,
    direct: nomad.address === null ? null : { address: nomad.address, tls },
    // An address without a context selects that server; the current context may be unrelated.
    kubernetes: usesCluster || nomad.access !== 'auto' ? kubernetes : null,
    pod: nomad.pod,
    podNamed: nomad.podNamed,
    port: nomad.port,
    podTls: nomad.tls ? tls : null,
    requestTimeout,
    clock: options.clock,
    ...(token === null ? {} : { token }),
    ...(nomad.namespace === null ? {} : { namespace: nomad.namespace }),
    ...(nomad.region === null ? {} : { region: nomad.region }),
    openHttp: (origin) =>
      createHttpClient({
        ...origin,
        requestTimeout,
        clock: options.clock,
        random: Math.random,
        userAgent: options.userAgent,
        proxy: proxySettings(options.env),
        ...(nomad.httpAuth === null ? {} : { headers: { authorization: basic(nomad.httpAuth) } }),
        ...(options.tracer ? { tracer: options.tracer } : {}),
      }),
  });
}

async function nomadToken(
  { token }: NomadSettings,
  options: InstallationOptions,
): Promise<string | null> {
  if (token === null) return null;
  if ('value' in token) return token.value;
  const { readSecret } = await import('./secret.ts');
  return readSecret(token, options);
}

async function tlsOptions(nomad: NomadSettings): Promise<TlsOptions> {
  const read = async (path: string | null): Promise<string | undefined> => {
    if (path === null) return undefined;
    return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new AdminError('validation', `${path} cannot be read: ${fileProblem(error)}`, {
        code: 'BAD_CERTIFICATE',
        hint: 'It is set as a certificate or key for Nomad, in the profile or by NOMAD_*.',
        cause: error,
      });
    });
  };
  const [ca, cert, key] = await Promise.all([
    read(nomad.caFile),
    read(nomad.certFile),
    read(nomad.keyFile),
  ]);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(nomad.serverName === null ? {} : { serverName: nomad.serverName }),
    ...(nomad.skipVerify ? { verify: false } : {}),
  };
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
