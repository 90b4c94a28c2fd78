import type { HttpClient } from '../http/http.ts';
import { createHttpClient, type HttpClientOptions } from '../http/undici-client.ts';
import type { InstallationOptions } from './installation.ts';
import { proxySettings } from './proxy-settings.ts';
import { readSecret } from './secret.ts';
import type { Settings } from './settings.ts';
import type { Token } from './tokens.ts';

/** The HTTP client and the token for a service outside the cluster. */
export interface HttpAccess {
  readonly http: HttpClient;
  readonly token: string | null;
}

/** The address of a service and the client options that are not in the settings. */
export type HttpTarget = Pick<HttpClientOptions, 'origin' | 'tls' | 'connections' | 'retries'>;

/**
 * Creates the HTTP client of a service and reads its token, which is masked from then on. Sends no
 * request.
 *
 * @throws AdminError of kind `validation` (SECRET_FILE) or `unauthorised` (SECRET_COMMAND)
 */
export async function connectHttp(
  target: HttpTarget,
  source: Token | null,
  { requestTimeout }: Pick<Settings, 'requestTimeout'>,
  options: InstallationOptions,
): Promise<HttpAccess> {
  const token =
    source === null || 'value' in source
      ? (source?.value ?? null)
      : await readSecret(source, options);
  options.masker.add(token);
  const { clock, env, tracer, userAgent } = options;
  const http = createHttpClient({
    ...target,
    requestTimeout,
    clock,
    random: Math.random,
    userAgent,
    proxy: proxySettings(env),
    ...(tracer ? { tracer } : {}),
  });
  return { http, token };
}
