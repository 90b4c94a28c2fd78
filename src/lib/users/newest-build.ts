import { isAdminError } from '../errors.ts';
import type { ActivityApi } from './activity.ts';
import { loginKey } from './state.ts';

/**
 * Returns the start of the user's latest build among the latest 100 builds of the server; null if
 * there is none, or if the builds cannot be read.
 */
export async function newestBuild(
  api: ActivityApi,
  login: string,
  signal?: AbortSignal,
): Promise<Date | null> {
  try {
    const builds = await api.recentBuilds({ limit: 100 }, signal);
    const own = builds.filter(
      ({ startedBy }) => startedBy !== null && loginKey(startedBy) === loginKey(login),
    );
    const times = own.flatMap(({ startedAt, queuedAt }) => startedAt ?? queuedAt ?? []);
    return times.reduce<Date | null>((best, at) => (best && best > at ? best : at), null);
  } catch (error) {
    // Not every server lists its builds; show the account without them.
    if (signal?.aborted || !isAdminError(error)) throw error;
    return null;
  }
}
