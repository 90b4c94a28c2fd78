import { afterEach, describe, expect, it } from 'vitest';
import { AdminError } from '../../../src/lib/errors.ts';
import { SandboxClock } from '../../../src/lib/sandbox/clock.ts';
import type { Account } from '../../../src/lib/server/admin-api.ts';
import { planAccounts } from '../../../src/lib/users/account-plan.ts';
import type { AccountReport } from '../../../src/lib/users/account-report.ts';
import { type AccountEvent, changeAccounts } from '../../../src/lib/users/change-accounts.ts';
import { account, admin, FakeServer, NOW, unreachable } from './people.ts';

const people = (many: number): readonly Account[] => [
  admin('me'),
  ...Array.from({ length: many }, (_, at) => account(`user-${at}`)),
];

const clocks: SandboxClock[] = [];
afterEach(() => {
  for (const clock of clocks.splice(0)) clock.stop();
});

/** Suspends all accounts but the first. */
async function suspendAll(
  server: FakeServer,
  accounts: readonly Account[],
  options: {
    readonly signal?: AbortSignal;
    readonly concurrency?: number;
    readonly clock?: SandboxClock;
  } = {},
): Promise<{ readonly report: AccountReport; readonly events: readonly AccountEvent[] }> {
  const requests = accounts.slice(1).map((one) => ({ account: one, suspended: true }));
  const { changes } = planAccounts(requests, { accounts, me: 'me', licensing: null });
  const clock = options.clock ?? new SandboxClock({ start: NOW, rate: 0 });
  clocks.push(clock);
  const events: AccountEvent[] = [];
  const signal = new AbortController().signal;
  for await (const event of changeAccounts(server, changes, { signal, ...options, clock })) {
    events.push(event);
  }
  const last = events.at(-1);
  if (last?.type !== 'report') throw new Error('no report');
  return { report: last.report, events };
}

const outcomes = (report: AccountReport) => report.accounts.map(({ outcome }) => outcome);

describe('changeAccounts', () => {
  it('changes each account once, and reports it from the list', async () => {
    const accounts = people(50);
    const server = new FakeServer(accounts);
    const { report } = await suspendAll(server, accounts);
    expect(report).toMatchObject({ exitCode: 0, seatsFreed: 50 });
    expect(new Set(outcomes(report))).toEqual(new Set(['changed']));
    expect(server.written.toSorted()).toEqual(
      accounts
        .slice(1)
        .map(({ login }) => login)
        .toSorted(),
    );
    expect(server.suspended()).toHaveLength(50);
  });

  it('limits the number of parallel changes', async () => {
    const accounts = people(40);
    const server = new FakeServer(accounts);
    let inside = 0;
    let most = 0;
    server.beforeWrite = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await suspendAll(server, accounts, { concurrency: 7 });
    expect(most).toBe(7);
  });

  it('continues after a failure, and exits with 10', async () => {
    const accounts = people(30);
    const server = new FakeServer(accounts);
    server.beforeWrite = (login) => {
      if (login === 'user-3') throw new AdminError('notFound', 'gone', { code: 'USER_NOT_FOUND' });
    };
    const { report } = await suspendAll(server, accounts);
    expect(report.exitCode).toBe(10);
    expect(outcomes(report).filter((outcome) => outcome === 'changed')).toHaveLength(29);
    expect(report.accounts[3]).toEqual({
      login: 'user-3',
      outcome: 'failed',
      suspended: false,
      role: 'none',
      error: { code: 'USER_NOT_FOUND', message: 'gone', exitCode: 5 },
    });
  });

  it('stops if the server fails, reports it, and completes when run again', async () => {
    const accounts = people(1_000);
    const server = new FakeServer(accounts);
    const clock = new SandboxClock({ start: NOW, rate: 0 });
    let asked = 0;
    server.beforeWrite = async () => {
      asked += 1;
      if (server.written.length < 500) return;
      // As long as the client keeps retrying.
      await clock.sleep(30_000);
      throw unreachable();
    };
    server.beforeList = () => {
      if (asked > 500 && server.written.length === 500) throw unreachable();
    };
    const run = suspendAll(server, accounts, { clock });
    let ended = false;
    void run.finally(() => {
      ended = true;
    });
    while (!ended) await clock.advance(1_000);
    const { report, events } = await run;
    expect(report.exitCode).toBe(10);
    // The requests in progress at that time, and none after them.
    expect(asked).toBeLessThanOrEqual(500 + 20);
    expect(events.filter(({ type }) => type === 'stopped')).toHaveLength(1);
    expect(events.some(({ type }) => type === 'waiting')).toBe(true);
    const count = (wanted: string): number =>
      outcomes(report).filter((outcome) => outcome === wanted).length;
    expect(count('unverified')).toBe(500);
    expect(count('failed') + count('not-done')).toBe(500);
    expect(report.accounts.every(({ suspended }) => suspended === null)).toBe(true);

    server.beforeWrite = () => undefined;
    server.beforeList = () => undefined;
    const again = await suspendAll(server, await server.accounts());
    expect(again.report).toMatchObject({ exitCode: 0 });
    expect(again.report.accounts).toHaveLength(500);
    expect(new Set(server.written).size).toBe(server.written.length);
  });

  it('stops at once if the token is refused', async () => {
    const accounts = people(100);
    const server = new FakeServer(accounts);
    server.beforeWrite = () => {
      throw new AdminError('unauthorised', 'no', { code: 'SERVER_FORBIDDEN' });
    };
    const { report } = await suspendAll(server, accounts, { concurrency: 5 });
    expect(report.exitCode).toBe(3);
    expect(outcomes(report).filter((outcome) => outcome === 'failed')).toHaveLength(5);
    expect(server.written).toEqual([]);
  });

  it('trusts the list, not the response', async () => {
    const accounts = people(3);
    const server = new FakeServer(accounts);
    server.beforeWrite = (login) => {
      if (login !== 'user-1') return;
      // The change is made, but the response is lost.
      server.set(login, { suspended: true });
      throw unreachable();
    };
    server.beforeList = () => server.set('user-0', { suspended: false });
    const { report } = await suspendAll(server, accounts);
    expect(report.accounts).toMatchObject([
      { outcome: 'failed', suspended: false, error: { code: 'CHANGE_NOT_SEEN' } },
      { outcome: 'changed', suspended: true, error: null },
      { outcome: 'changed' },
    ]);
    expect(report.exitCode).toBe(10);
  });

  it('starts nothing after Ctrl-C, and reads back what was changed', async () => {
    const accounts = people(60);
    const server = new FakeServer(accounts);
    const abort = new AbortController();
    server.beforeWrite = () => {
      if (server.written.length === 25) abort.abort();
      abort.signal.throwIfAborted();
    };
    const { report } = await suspendAll(server, accounts, { signal: abort.signal, concurrency: 1 });
    const done = report.accounts.filter(({ outcome }) => outcome === 'changed');
    expect(done.map(({ login }) => login).toSorted()).toEqual(server.suspended().toSorted());
    expect(done).toHaveLength(25);
    expect(outcomes(report).filter((outcome) => outcome === 'not-done')).toHaveLength(35);
  });
});
