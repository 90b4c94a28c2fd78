import type { AdminApi } from '../server/admin-api.ts';
import { createAdminApi } from '../server/admin-client.ts';
import { paced } from '../server/rate-limit.ts';
import { BRIEF_RETRY } from '../server/retry.ts';
import type { TriggerApi } from '../server/trigger-api.ts';
import { createTriggerApi } from '../server/trigger-client.ts';
import { reachServer } from './connect-server.ts';
import type { InstallationOptions } from './installation.ts';
import type { Settings } from './settings.ts';

/** Enough for 150 requests a second to a server that takes 400 ms for each. */
const CONNECTIONS = 64;

/** The admin API and what starts builds, under one limit; and how to hang up. */
export interface AdminConnection {
  readonly api: AdminApi;
  /** The same, giving up soon: for who has others to ask. */
  readonly brief: AdminApi;
  readonly trigger: TriggerApi;
  close(): Promise<void>;
}

/**
 * Makes the client of the server's admin API that the settings mean. Nothing is sent.
 *
 * @throws AdminError as {@link reachServer} does
 */
export async function connectAdmin(
  settings: Settings,
  options: InstallationOptions,
): Promise<AdminConnection> {
  // The admin client repeats reads and writes itself, and counts every try.
  const how = { connections: CONNECTIONS, retries: 0 };
  const { http, token } = await reachServer(settings, options, how);
  const { clock } = options;
  const { paths } = settings.server;
  const same = { http: paced(http, clock), token, clock, random: Math.random };
  return {
    api: createAdminApi({ ...same, paths, limit: null }),
    brief: createAdminApi({ ...same, paths, limit: null, retry: BRIEF_RETRY }),
    trigger: createTriggerApi(same),
    close: () => http.close(),
  };
}
