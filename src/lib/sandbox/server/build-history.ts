import type { Random } from '../random.ts';

/** A build as listed by the server's own pages. Times are in milliseconds since the epoch. */
export interface BuildRecord {
  readonly org: string;
  readonly repo: string;
  readonly number: number;
  readonly status: 'queued' | 'scheduled' | 'running' | 'success' | 'failed' | 'canceled';
  /** Who started it; null for builds started by a schedule. */
  readonly login: string | null;
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly stoppedAt: number | null;
  /** Parallel tasks: 1 if left out. */
  readonly parallel?: number;
}

const DAY_MS = 86_400_000;
const PROJECTS: readonly (readonly [string, string])[] = [
  ['acme', 'web'],
  ['acme', 'payments-api'],
  ['acme', 'mobile-app'],
  ['initech', 'tps-reports'],
  ['globex', 'infra-live'],
];

/** Generates the past builds of all users, newest first: a few per user, ending with the newest. */
export function makeHistory(
  builtAt: ReadonlyMap<string, number>,
  random: Random,
): readonly BuildRecord[] {
  const made: Omit<BuildRecord, 'number'>[] = [];
  for (const [login, newest] of builtAt) {
    const [org, repo] = random.pick(PROJECTS);
    let at = newest;
    for (let left = random.integer(2, 6); left > 0; left -= 1) {
      const startedAt = at + random.integer(500, 20_000);
      made.push({
        org,
        repo,
        login: random.integer(1, 40) === 1 && at !== newest ? null : login,
        status: random.integer(1, 6) === 1 ? 'failed' : 'success',
        queuedAt: at,
        startedAt,
        stoppedAt: startedAt + random.integer(60_000, 1_200_000),
      });
      at -= random.next() * 5 * DAY_MS;
    }
  }
  made.sort((a, b) => a.queuedAt - b.queuedAt);
  const numbers = new Map<string, number>();
  const numbered = made.map((build) => {
    const number = (numbers.get(`${build.org}/${build.repo}`) ?? 0) + 1;
    numbers.set(`${build.org}/${build.repo}`, number);
    return { ...build, number };
  });
  return numbered.reverse();
}
