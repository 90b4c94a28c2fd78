import type { AdminApi } from '../server/admin-api.ts';
import { createAdminApi } from '../server/admin-client.ts';
import { rateLimited } from '../server/rate-limit.ts';
import { BRIEF_RETRY } from '../server/retry.ts';
import type { TriggerApi } from '../server/trigger-api.ts';
import { createTriggerApi } from '../server/trigger-client.ts';
import { reachServer } from './connect-server.ts';
import type { InstallationOptions } from './installation.ts';
import type { Settings } from './settings.ts';

/** The connection limit: enough for 150 requests per second at 400 ms per request. */
const CONNECTIONS = 64;

/** The clients of the admin API and of the API that starts builds, with a common rate limit. */
export interface AdminConnection {
  readonly api: AdminApi;
  /** The same API with fewer retries, for callers that have other sources of data. */
  readonly brief: AdminApi;
  readonly trigger: TriggerApi;
  close(): Promise<void>;
}

/**
 * Creates the clients of the server's admin API. Sends no request.
 *
 * @throws AdminError as {@link reachServer} does
 */
export async function connectAdmin(
  settings: Settings,
  options: InstallationOptions,
): Promise<AdminConnection> {
  // The admin client retries reads and writes itself and counts every attempt.
  const how = { connections: CONNECTIONS, retries: 0 };
  const { http, token } = await reachServer(settings, options, how);
  const { clock } = options;
  const { paths } = settings.server;
  const same = { http: rateLimited(http, clock), token, clock, random: Math.random };
  return {
    api: createAdminApi({ ...same, paths, limit: null }),
    brief: createAdminApi({ ...same, paths, limit: null, retry: BRIEF_RETRY }),
    trigger: createTriggerApi(same),
    close: () => http.close(),
  };
}
