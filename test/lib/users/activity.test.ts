import { describe, expect, it } from 'vitest';
import { AdminError } from '../../../src/lib/errors.ts';
import type { Account, RecentBuild } from '../../../src/lib/server/admin-api.ts';
import { readActivity } from '../../../src/lib/users/activity.ts';
import { account, daysAgo, NOW } from './people.ts';

const MONTH = 30 * 86_400_000;
const CLOCK = { now: () => NOW, sleep: () => Promise.resolve() };

function build(startedBy: string | null, days: number): RecentBuild {
  const at = daysAgo(days);
  const nothing = { project: null, number: null, status: null, url: null, parallel: null };
  return { ...nothing, startedBy, queuedAt: at, startedAt: at, stoppedAt: at };
}

/** A server that lists the given builds, and records the requests. */
function builds(all: readonly RecentBuild[]) {
  const asked: number[] = [];
  return {
    asked,
    recentBuilds: async ({ limit = 30, offset = 0 }) => {
      asked.push(offset);
      return all.slice(offset, offset + limit);
    },
  };
}

async function activities(
  api: Parameters<typeof readActivity>[0],
  accounts: readonly Account[],
  options: { readonly maxBuilds?: number } = {},
) {
  const report = await readActivity(api, accounts, {
    clock: CLOCK,
    inactiveFor: MONTH,
    ...options,
  });
  const found = accounts.map(({ login }) => report.byLogin.get(login)?.activity);
  return { found, report };
}

const idle = (login: string): Account => account(login, { lastSignInAt: daysAgo(200) });
/** Builds of another user at this interval in days, back to a year ago. */
const others = (every: number): RecentBuild[] =>
  Array.from({ length: Math.floor(365 / every) }, (_, at) => build('other', at * every));

describe('readActivity', () => {
  it('counts builds as activity, ignoring the case of the login', async () => {
    const api = builds([build('PUSHER', 2), ...others(1)]);
    const { found, report } = await activities(api, [
      account('seen'),
      idle('pusher'),
      idle('gone'),
    ]);
    expect(found).toEqual(['active', 'active', 'idle']);
    expect(report.byLogin.get('pusher')?.lastBuildAt).toEqual(daysAgo(2));
    expect(report.doubt).toBeNull();
  });

  it('reads no builds if everybody signed in, and stops once everybody was seen', async () => {
    const none = builds(others(1));
    await activities(none, [account('seen')]);
    expect(none.asked).toEqual([]);
    const first = builds([build('pusher', 0), ...others(0.01)]);
    await activities(first, [idle('pusher')]);
    expect(first.asked).toEqual([0]);
  });

  it('reads pages back to the beginning of the period', async () => {
    const api = builds([...others(0.1).slice(0, 250), build('late', 26), ...others(1).slice(27)]);
    expect((await activities(api, [idle('late'), idle('gone')])).found).toEqual(['active', 'idle']);
    expect(api.asked).toEqual([0, 100, 200]);
  });

  it.each<[string, Parameters<typeof readActivity>[0], string]>([
    [
      'the builds cannot be read',
      {
        recentBuilds: async () => {
          throw new AdminError('service', 'no such page', { code: 'SERVER_SURPRISE' });
        },
      },
      'the builds could not be read: no such page',
    ],
    [
      'the builds do not go back far enough',
      builds([build('other', 1), build('other', 9)]),
      'back to',
    ],
    ['there are no builds', builds([]), 'without their times'],
    ['the oldest builds come first', builds(others(1).reverse()), 'newest builds first'],
    [
      'the builds do not name their users',
      builds(others(1).map((one) => ({ ...one, startedBy: null }))),
      'do not say who started them',
    ],
  ])('calls nobody idle if %s', async (_name, api, doubt) => {
    const { found, report } = await activities(api, [account('seen'), idle('gone')]);
    expect(found).toEqual(['active', 'unknown']);
    expect(report.byLogin.get('gone')?.why).toContain(doubt);
  });

  it('calls nobody idle if there are more builds than the maximum', async () => {
    const api = builds(others(0.01));
    const { found } = await activities(api, [idle('gone')], { maxBuilds: 300 });
    expect(found).toEqual(['unknown']);
    expect(api.asked).toEqual([0, 100, 200]);
  });

  it('reports unknown if the sign-in data is missing', async () => {
    const accounts = [
      account('untold', { lastSignInAt: null }),
      account('never', { lastSignInAt: null, signInCount: 0 }),
      account('new', { lastSignInAt: null, signInCount: 0, createdAt: daysAgo(3) }),
      account('ageless', { lastSignInAt: null, signInCount: 0, createdAt: null }),
    ];
    const { found } = await activities(builds(others(1)), accounts);
    expect(found).toEqual(['unknown', 'idle', 'active', 'unknown']);
  });
});
