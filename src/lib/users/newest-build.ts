import { isAdminError } from '../errors.ts';
import type { ActivityApi } from './activity.ts';
import { loginKey } from './state.ts';

/** When this person's newest build among the server's newest hundred began; null if there is none. */
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
    // Not every server tells its builds; the account is what was asked for.
    if (signal?.aborted || !isAdminError(error)) throw error;
    return null;
  }
}
