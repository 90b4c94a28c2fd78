import type { Clock, Milliseconds } from '../clock.ts';
import { isAdminError } from '../errors.ts';
import type { Account, AdminApi, RecentBuild } from '../server/admin-api.ts';
import { loginKey } from './state.ts';

/** Whether the user recently signed in or started a build; `unknown` is never treated as idle. */
export type Activity = 'active' | 'idle' | 'unknown';

/** The activity of one user. */
export interface AccountActivity {
  readonly activity: Activity;
  /** Time of the user's latest build that was read; null if there was none. */
  readonly lastBuildAt: Date | null;
  /** Why the activity is unknown; null if it is known. */
  readonly why: string | null;
}

/** The activity by login, and the builds that it is based on. */
export interface ActivityReport {
  readonly byLogin: ReadonlyMap<string, AccountActivity>;
  readonly since: Date;
  /** Number of builds read. */
  readonly buildsSeen: number;
  /** Number of these builds without a user, such as scheduled builds. */
  readonly unattributed: number;
  /** Why the builds are inconclusive; null if they are conclusive. */
  readonly doubt: string | null;
}

/** The options of {@link readActivity}. */
export interface ActivityOptions {
  readonly clock: Clock;
  /** The period without activity after which a user is idle, in milliseconds. */
  readonly inactiveFor: Milliseconds;
  readonly signal?: AbortSignal;
  /** The maximum number of builds to read; 50,000 if omitted. */
  readonly maxBuilds?: number;
  readonly onProgress?: (buildsSeen: number) => void;
}

/** The server calls that {@link readActivity} uses. */
export type ActivityApi = Pick<AdminApi, 'recentBuilds'>;

const MAX_BUILDS = 50_000;
/** The maximum page size of the server (CircleCI's own page uses no more). */
const PAGE = 100;

/**
 * Determines who was active. Sign-ins alone are not enough: a user may push every day and never
 * open the web page. Builds are read newest first, until they are older than the period or every
 * user without a recent sign-in was seen. If they cannot be read that far, unseen users are
 * `unknown`.
 */
export async function readActivity(
  api: ActivityApi,
  accounts: readonly Account[],
  options: ActivityOptions,
): Promise<ActivityReport> {
  const since = new Date(options.clock.now().getTime() - options.inactiveFor);
  // An account created within the period cannot have been idle for all of it.
  const isFresh = ({ lastSignInAt, createdAt }: Account): boolean =>
    isSince(lastSignInAt, since) || isSince(createdAt, since);
  const missing = new Set(
    accounts.filter((account) => !isFresh(account)).map((account) => loginKey(account.login)),
  );
  const builds = await readBuilds(api, missing, since, options);
  const activityOf = (account: Account): AccountActivity => {
    const lastBuildAt = builds.newest.get(loginKey(account.login)) ?? null;
    if (isFresh(account) || isSince(lastBuildAt, since)) {
      return { activity: 'active', lastBuildAt, why: null };
    }
    const why = builds.doubt ?? doubtOfSignIn(account);
    return { activity: why === null ? 'idle' : 'unknown', lastBuildAt, why };
  };
  const byLogin = new Map(accounts.map((account) => [account.login, activityOf(account)]));
  const { seen, unattributed, doubt } = builds;
  return { byLogin, since, buildsSeen: seen, unattributed, doubt };
}

interface SeenBuilds {
  readonly newest: Map<string, Date>;
  seen: number;
  unattributed: number;
  doubt: string | null;
}

async function readBuilds(
  api: ActivityApi,
  missing: Set<string>,
  since: Date,
  options: ActivityOptions,
): Promise<SeenBuilds> {
  const builds: SeenBuilds = { newest: new Map(), seen: 0, unattributed: 0, doubt: null };
  const maxBuilds = options.maxBuilds ?? MAX_BUILDS;
  // New builds shift older ones to later pages: some may be read twice, but none is missed.
  for (let offset = 0; missing.size > 0; offset += PAGE) {
    if (offset >= maxBuilds) {
      return { ...builds, doubt: `only the newest ${maxBuilds} builds were read` };
    }
    const page = await readPage(api, offset, options.signal);
    if (typeof page === 'string') return { ...builds, doubt: page };
    for (const build of page) take(build, builds, missing, since);
    options.onProgress?.(builds.seen);
    const times = page.flatMap((build) => timeOf(build) ?? []);
    const [first, last] = [times[0], times.at(-1)];
    if (first && last && first < last) {
      return { ...builds, doubt: 'the server does not list the newest builds first' };
    }
    if (last && last < since) {
      const nameless = builds.seen > 0 && builds.unattributed === builds.seen;
      return { ...builds, doubt: nameless ? 'the builds do not say who started them' : null };
    }
    if (page.length < PAGE) {
      const back = last ? ` back to ${last.toISOString()}` : '';
      return { ...builds, doubt: `the server lists builds only${back || ' without their times'}` };
    }
  }
  return builds;
}

async function readPage(
  api: ActivityApi,
  offset: number,
  signal: AbortSignal | undefined,
): Promise<readonly RecentBuild[] | string> {
  try {
    return await api.recentBuilds({ limit: PAGE, offset }, signal);
  } catch (error) {
    if (signal?.aborted || !isAdminError(error)) throw error;
    return `the builds could not be read: ${error.message}`;
  }
}

function take(build: RecentBuild, builds: SeenBuilds, missing: Set<string>, since: Date): void {
  builds.seen += 1;
  if (build.startedBy === null) {
    builds.unattributed += 1;
    return;
  }
  const who = loginKey(build.startedBy);
  const at = timeOf(build);
  const known = builds.newest.get(who);
  if (at && (!known || known < at)) builds.newest.set(who, at);
  if (isSince(at, since)) missing.delete(who);
}

/** Returns why the sign-in data of an account is inconclusive; null if it is conclusive. */
function doubtOfSignIn({ signInCount, lastSignInAt, createdAt }: Account): string | null {
  if (lastSignInAt !== null) return null;
  if (signInCount !== 0) return 'the server does not report the last sign-in';
  return createdAt === null ? 'the server does not report when the account was created' : null;
}

function timeOf({ stoppedAt, startedAt, queuedAt }: RecentBuild): Date | null {
  return startedAt ?? queuedAt ?? stoppedAt;
}

function isSince(at: Date | null, since: Date): boolean {
  return at !== null && at >= since;
}
