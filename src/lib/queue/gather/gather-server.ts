import type { AdminApi, BuildSystemSummary, RecentBuild } from '../../server/admin-api.ts';
import type { Evidence } from '../evidence.ts';
import { isFailed, type Round } from './round.ts';

/** What is not running yet, by the states of API v1.1. */
const QUEUED = 'scheduled,queued,not_running';
/** The server gives no more at once. */
const PAGE = 100;

/**
 * Builds as the UI believes them: those that run, those that wait, and the newest of all.
 *
 * @throws AdminError as the {@link AdminApi}
 */
export async function readBuilds(
  admin: Pick<AdminApi, 'recentBuilds'>,
  signal: AbortSignal,
): Promise<readonly RecentBuild[]> {
  const pages = await Promise.all([
    admin.recentBuilds({ status: 'running', limit: PAGE }, signal),
    admin.recentBuilds({ status: QUEUED, limit: PAGE }, signal),
    admin.recentBuilds({ limit: PAGE }, signal),
  ]);
  const known = new Map<string, RecentBuild>();
  const nameless: RecentBuild[] = [];
  for (const build of pages.flat()) {
    if (build.project === null || build.number === null) nameless.push(build);
    else {
      const key = `${build.project}/${build.number}`;
      if (!known.has(key)) known.set(key, build);
    }
  }
  return [...known.values(), ...nameless];
}

/** What the server is asked for. */
export interface ServerEvidence {
  readonly summary: Promise<Evidence<BuildSystemSummary>>;
  readonly builds: Promise<Evidence<readonly RecentBuild[]>>;
  readonly aheadMs: Promise<number | null>;
}

/** Asks the server what it believes to be queued and running. */
export function gatherServer(round: Round): ServerEvidence {
  const { admin, server } = round.sources;
  const summary = round.part(
    'build-system',
    () => round.ask('server', admin, (api, { signal }) => api.buildSystemSummary(signal)),
    isFailed,
  );
  const builds = round.part(
    'recent-builds',
    () => round.ask('server', admin, (api, { signal }) => readBuilds(api, signal)),
    isFailed,
  );
  const aheadMs = round.ahead(
    'server',
    server,
    async (client, signal) => (await client.frontPage(signal)).at,
  );
  return { summary, builds, aheadMs };
}
