import type { AdminApi, BuildSystemSummary, RecentBuild } from '../../server/admin-api.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import { isFailed, type Round } from './round.ts';
import type { RequestContext } from './service-time-limit.ts';

/** The statuses of waiting builds, as the web UI requests them. */
const QUEUED = 'scheduled,queued';
/** The maximum page size of the server. */
const PAGE = 100;
/** The maximum number of pages, of running builds and of waiting builds each. */
const MAX_PAGES = 20;

/**
 * Reads the builds in the UI: the running ones, the waiting ones, and the newest of all.
 *
 * @throws AdminError as the {@link AdminApi}
 */
async function readBuilds(
  admin: Pick<AdminApi, 'recentBuilds'>,
  { signal, onProgress }: RequestContext,
): Promise<readonly RecentBuild[]> {
  const every = async (status: string): Promise<readonly RecentBuild[]> => {
    const builds: RecentBuild[] = [];
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = { status, limit: PAGE, ...(page === 0 ? {} : { offset: page * PAGE }) };
      const some = await admin.recentBuilds(query, signal);
      onProgress();
      builds.push(...some);
      if (some.length < PAGE) break;
    }
    return builds;
  };
  const pages = await Promise.all([
    every('running'),
    every(QUEUED),
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

/** The evidence from the server. */
export interface ServerEvidence {
  readonly summary: Promise<Evidence<BuildSystemSummary>>;
  readonly builds: Promise<Evidence<readonly RecentBuild[]>>;
  readonly aheadMs: Promise<number | null>;
}

/** Requests the queued and running builds from the server. */
export function gatherServer(round: Round): ServerEvidence {
  const { admin, server } = round.sources;
  const summary = round.part(
    'build-system',
    () => round.ask('server', admin, (api, { signal }) => api.buildSystemSummary(signal)),
    isFailed,
  );
  const builds = round.part(
    'recent-builds',
    () => round.ask('server', admin, readBuilds),
    isFailed,
  );
  const aheadMs = round.ahead(
    'server',
    server,
    async (client, signal) => (await client.frontPage(signal)).at,
  );
  return { summary, builds, aheadMs };
}
