import { describe, expect, it } from 'vitest';
import type { DrainEvent } from '../../../../src/lib/nomad/drain/drain-events.ts';
import { drainLine, drainProgressLine } from '../../../../src/lib/nomad/drain/drain-lines.ts';
import { DrainProgress } from '../../../../src/lib/nomad/drain/drain-progress.ts';
import { drainReport } from '../../../../src/lib/nomad/drain/drain-report.ts';
import { DrainUndo } from '../../../../src/lib/nomad/drain/drain-undo.ts';
import { drainReportView } from '../../../../src/lib/nomad/drain/drain-view.ts';
import { endedBuild, placedBuild } from '../../../../src/lib/nomad/jobs/placed-build.ts';
import { renderDetail } from '../../../../src/lib/terminal/render-detail.ts';
import {
  build,
  draining,
  drainOver,
  finished,
  HOUR_DRAIN,
  killed,
  later,
  NOW,
  node,
} from './drain-samples.ts';

const at = NOW;
const client = { id: node(131).id, name: node(131).name };
const ONE = build(21);
const HELD = [placedBuild(ONE), placedBuild(build(22))];
const BROKEN = { code: 'NOMAD_ERROR', message: 'Nomad answered 500', exitCode: 4 };

describe('drainLine', () => {
  it.each<[DrainEvent, string | undefined]>([
    [{ type: 'ineligible', at, node: client }, 'ip-10-0-10-131: accepts no new builds'],
    [
      { type: 'drain-set', at, node: client, joined: false, deadlineAt: null },
      'ip-10-0-10-131: drain started',
    ],
    [
      { type: 'drain-set', at, node: client, joined: true, deadlineAt: later(3_600) },
      'ip-10-0-10-131: is already draining: kills builds still running at 15:00 UTC',
    ],
    [{ type: 'already-drained', at, node: client }, 'ip-10-0-10-131: is already drained'],
    [
      { type: 'holding', at, node: client, builds: HELD },
      'ip-10-0-10-131: waits for 2 builds: circleci-realitycheck 21, circleci-realitycheck 22',
    ],
    [
      { type: 'build-finished', at, node: client, build: endedBuild(ONE, killed(ONE), false) },
      'ip-10-0-10-131: circleci-realitycheck 21 was KILLED by the drain',
    ],
    [
      { type: 'build-finished', at, node: client, build: endedBuild(ONE, finished(ONE), false) },
      'ip-10-0-10-131: circleci-realitycheck 21 has finished',
    ],
    [
      { type: 'build-finished', at, node: client, build: endedBuild(ONE, null, true) },
      'ip-10-0-10-131: circleci-realitycheck 21 was LOST with the client',
    ],
    [
      { type: 'tasks-exiting', at, node: client, builds: HELD.slice(1) },
      'ip-10-0-10-131: Nomad reports the drain as complete, but these builds still run: circleci-realitycheck 22',
    ],
    [
      { type: 'drain-changed', at, node: client, strategy: HOUR_DRAIN },
      'ip-10-0-10-131: somebody started another drain, with a deadline: kills builds still running at 15:00 UTC',
    ],
    [
      { type: 'drain-complete', at, node: client, outcome: 'drained', safeToTerminate: true },
      'ip-10-0-10-131: drained: no build runs there now',
    ],
    [
      { type: 'drain-complete', at, node: client, outcome: 'lost', safeToTerminate: false },
      'ip-10-0-10-131: drained, as far as Nomad knows: whether a build still runs on the machine cannot be seen (lost)',
    ],
    [
      { type: 'drain-renewed', at, node: client },
      'ip-10-0-10-131: Nomad has missed that its last build has ended: the drain was set again',
    ],
    [
      { type: 'node-disconnected', at, node: client },
      'ip-10-0-10-131: is disconnected: its builds cannot be seen until it is back',
    ],
    [
      { type: 'cancelled-by-someone', at, node: client },
      'ip-10-0-10-131: somebody cancelled the drain, or made the client eligible again',
    ],
    [
      { type: 'node-down', at, node: client },
      'ip-10-0-10-131: is down: Nomad marks its builds as lost',
    ],
    [
      { type: 'node-vanished', at, node: client },
      'ip-10-0-10-131: Nomad no longer has this client',
    ],
    [{ type: 'failed', at, node: client, error: BROKEN }, 'ip-10-0-10-131: Nomad answered 500'],
    [
      { type: 'timeout', at, timeoutMs: 90_000 },
      'Stopped waiting after 1m30s: the drains continue.',
    ],
    [retrying(1), 'Nomad answered 500 (attempt 1; retrying)'],
    [retrying(2), undefined],
    [retrying(6), 'Nomad answered 500 (attempt 6; retrying)'],
  ])('%o', (event, line) => {
    expect(drainLine(event)).toBe(line);
  });
});

describe('drainProgressLine', () => {
  it('says how many clients it waits for, and how long', () => {
    const waiting = { type: 'waiting', at, clients: 2, builds: 3, waitedMs: 130_000 } as const;
    expect(drainProgressLine(waiting)).toBe('Waiting for 3 builds on 2 clients, for 2m10s');
    expect(drainProgressLine({ ...waiting, builds: null })).toBe(
      'Waiting for 2 clients, for 2m10s',
    );
    expect(drainProgressLine(retrying(1))).toBeUndefined();
  });
});

function retrying(attempt: number): DrainEvent {
  const { code, message } = BROKEN;
  return { type: 'retrying', at, node: null, code, message, attempt, retryInMs: 1_000 };
}

/** Returns the progress of one client's drain after the given observations. */
function progress(number: number, looks: readonly Parameters<DrainProgress['observe']>[0][]) {
  const one = new DrainProgress(node(number), { deadline: 3_600_000 }, NOW);
  one.drainSet({ at: NOW, joined: false, deadlineAt: later(3_600) });
  for (const look of looks) one.observe(look);
  return one;
}

const DRAINED = progress(1, [{ at: later(9), node: drainOver(1), live: [], ended: [] }]);
const UNSEEN = progress(6, [
  {
    at: later(9),
    node: drainOver(6, 'Node drain complete', { status: 'down' }),
    live: [],
    ended: [],
  },
]);
const KILLED = progress(131, [
  { at: later(9), node: drainOver(131), live: [], ended: [{ last: ONE, final: killed(ONE) }] },
]);
const OPEN = progress(2, [{ at: later(9), node: draining(2), live: [ONE], ended: [] }]);
const FAILED = progress(3, []);
FAILED.fail(BROKEN, later(9));
const REFUSED = progress(4, []);
REFUSED.fail({ code: 'NOMAD_PERMISSION_DENIED', message: 'no', exitCode: 3 }, later(9));
const TIMED_OUT = progress(5, [{ at: later(9), node: draining(5), live: [ONE], ended: [] }]);
TIMED_OUT.stopWaiting(true, later(10));

describe('drainReport', () => {
  it.each<[string, readonly DrainProgress[], boolean, number]>([
    ['all drained', [DRAINED], false, 0],
    ['detached', [OPEN], false, 0],
    ['builds killed by a deadline', [DRAINED, KILLED], false, 10],
    ['drained, and nobody knows what still runs there', [DRAINED, UNSEEN], false, 10],
    ['builds killed by force, as requested', [KILLED], true, 0],
    ['an expired timeout', [DRAINED, TIMED_OUT], false, 8],
    ['damage takes precedence over an expired timeout', [KILLED, TIMED_OUT], false, 10],
    ['one of two failed', [DRAINED, FAILED], false, 10],
    ['all failed for the same reason', [FAILED, FAILED], false, 4],
    ['all refused', [REFUSED], false, 3],
    ['all failed for different reasons', [FAILED, REFUSED], false, 1],
  ])('%s', (_name, clients, force, exitCode) => {
    const spec = { deadline: force ? ('force' as const) : null };
    expect(drainReport(clients, spec, later(60), new Map()).exitCode).toBe(exitCode);
  });

  it('has these keys, and null for unknown values', () => {
    const [build] = KILLED.ended;
    const again = new Map(build ? [[build, 'running' as const]] : []);
    const spec = { deadline: 3_600_000 };
    const report = drainReport([KILLED, FAILED], spec, later(60), again);
    expect(JSON.parse(JSON.stringify(report))).toEqual({
      nodes: [
        {
          id: '00000131-2f2f-af30-9e58-9ee8b5c34e5a',
          name: 'ip-10-0-10-131',
          outcome: 'killed-builds',
          safeToTerminate: true,
          durationMs: 9_000,
          finishedBuilds: [],
          killedBuilds: [
            {
              allocation: 'fb9f2d16-2f2f-af30-9e58-000000000021',
              jobId: '6007ca6352718c10b1200021-0-build-circleci-realitycheck-21',
              slug: 'circleci-realitycheck',
              number: 21,
              jobType: 'batch',
              since: '2026-11-23T13:55:00.000Z',
              how: 'killed-by-drain',
              exitCode: 0,
              again: 'running',
            },
          ],
          lostBuilds: [],
          holding: [],
          error: null,
        },
        {
          id: '00000003-2f2f-af30-9e58-9ee8b5c34e5a',
          name: 'ip-10-0-10-3',
          outcome: 'failed',
          safeToTerminate: false,
          durationMs: 9_000,
          finishedBuilds: [],
          killedBuilds: [],
          lostBuilds: [],
          holding: null,
          error: BROKEN,
        },
      ],
      deadlineMs: 3_600_000,
      force: false,
      exitCode: 10,
    });
  });
});

describe('drainReportView', () => {
  it('names the builds that were killed or lost', () => {
    const report = drainReport([DRAINED, KILLED, FAILED], { deadline: 1 }, later(60), new Map());
    const text = renderDetail(drainReportView(report), { width: 80, color: false, wide: false });
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      CLIENT          OUTCOME        TERMINATE  DONE  KILLED  LOST  LEFT  TOOK
      ip-10-0-10-1    drained        safe          0       0     0     0    9s
      ip-10-0-10-131  killed-builds  safe          0       1     0     0    9s
      ip-10-0-10-3    failed         not safe      0       0     0     ?    9s

      Builds that did not end on their own
      BUILD                     CLIENT          HOW              AGAIN
      circleci-realitycheck 21  ip-10-0-10-131  killed-by-drain  unknown

      Errors
      ip-10-0-10-3: Nomad answered 500
      "
    `);
  });
});

describe('DrainUndo', () => {
  it('says what continues, and how to undo it', () => {
    const undo = new DrainUndo();
    const [a, b, c] = [node(1), node(2), node(3)].map(({ id, name }) => ({ id, name }));
    if (!a || !b || !c) throw new Error('three clients');
    expect(undo.lines()).toEqual(['Nothing was changed.']);
    undo.take({ type: 'ineligible', at, node: a });
    undo.take({ type: 'ineligible', at, node: c });
    undo.take({ type: 'drain-set', at, node: a, joined: false, deadlineAt: null });
    undo.take({ type: 'drain-set', at, node: b, joined: false, deadlineAt: null });
    const safe = { outcome: 'drained', safeToTerminate: true } as const;
    undo.take({ type: 'drain-complete', at, node: b, ...safe });
    undo.take({ type: 'drain-set', at, node: client, joined: true, deadlineAt: null });
    expect(undo.lines()).toEqual([
      'The drains continue: ip-10-0-10-1.',
      'Drained: ip-10-0-10-2.',
      'Made ineligible, not draining: ip-10-0-10-3.',
      'To keep watching, run the same command again. To undo it:',
      `  circleci-admin nomad drain --disable ${a.id} ${c.id}`,
      `  circleci-admin nomad drain --disable --keep-ineligible ${b.id}`,
    ]);
    // A client that is reached by SSH is named by its host, because its ID may be unknown
    // elsewhere.
    const hosts = new Map([[a.id, '10.0.10.1']]);
    expect(undo.lines(' --via ssh', hosts).at(-2)).toBe(
      `  circleci-admin nomad drain --via ssh --disable 10.0.10.1 ${c.id}`,
    );
  });
});
