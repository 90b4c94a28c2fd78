import { describe, expect, it } from 'vitest';
import type { DrainSpec } from '../../../../src/lib/nomad/client.ts';
import type { DrainTarget } from '../../../../src/lib/nomad/drain/drain-action.ts';
import { nothingToDrain, planDrain } from '../../../../src/lib/nomad/drain/drain-plan.ts';
import { strategyOf } from '../../../../src/lib/nomad/drain/drain-targets.ts';
import { drainPlanView } from '../../../../src/lib/nomad/drain/drain-view.ts';
import { renderDetail } from '../../../../src/lib/terminal/render-detail.ts';
import { build, draining, HOUR_DRAIN, NOW, node } from './drain-samples.ts';

const WAIT: DrainSpec = { deadline: null };
const HOUR: DrainSpec = { deadline: 3_600_000 };
const FORCE: DrainSpec = { deadline: 'force' };

function target(of: DrainTarget['node'], live: DrainTarget['live'] = []): DrainTarget {
  return { node: of, strategy: strategyOf(of), live };
}

const BUSY = target(node(131), [build(21)]);
const OTHER = node(9);

describe('planDrain', () => {
  it.each<[string, DrainTarget, DrainSpec, string]>([
    ['drains a client that accepts builds', BUSY, WAIT, 'drain'],
    [
      'drains an ineligible client with a build',
      target(node(1, { eligible: false }), [build(1)]),
      WAIT,
      'drain',
    ],
    [
      'does nothing with a drained client',
      target(node(1, { eligible: false })),
      WAIT,
      'already-drained',
    ],
    ['drains an idle client that accepts builds', target(node(1)), WAIT, 'drain'],
    ['joins a drain of the same kind', target(draining(1), [build(1)]), WAIT, 'join'],
    [
      'joins a drain with a deadline of the same length, without restarting it',
      target(draining(1, HOUR_DRAIN)),
      HOUR,
      'join',
    ],
    [
      'replaces a drain whose deadline was not requested',
      target(draining(1, HOUR_DRAIN)),
      WAIT,
      'replace',
    ],
    [
      'replaces a drain with another deadline',
      target(draining(1, HOUR_DRAIN)),
      { deadline: 60_000 },
      'replace',
    ],
    ['replaces a waiting drain by a forced one', target(draining(1)), FORCE, 'replace'],
    [
      'replaces a drain that treats system jobs differently',
      target(draining(1)),
      { deadline: null, ignoreSystemJobs: true },
      'replace',
    ],
    [
      'replaces a drain of unknown kind',
      target(node(1, { draining: true, eligible: false })),
      WAIT,
      'replace',
    ],
  ])('%s', (_name, one, spec, action) => {
    expect(planDrain([one], [OTHER], spec, NOW).clients[0]?.action).toBe(action);
  });

  const WARNINGS: readonly [string, readonly DrainTarget[], DrainSpec, readonly string[]][] = [
    ['of nothing for a waiting drain', [BUSY], WAIT, []],
    [
      'which builds are killed by force',
      [BUSY],
      FORCE,
      ['1 build will be killed at once: circleci-realitycheck 21.'],
    ],
    [
      'when a deadline kills which builds',
      [BUSY],
      HOUR,
      [
        'Builds still running at 15:00 UTC (in 1h) will be killed; running now: circleci-realitycheck 21.',
      ],
    ],
    [
      'of a deadline on another day',
      [target(node(131))],
      { deadline: 36_000_000 },
      [
        'Builds still running at 2026-11-24 00:00 UTC (in 10h) will be killed; none is running now.',
      ],
    ],
    [
      'of an earlier drain that would kill builds',
      [target(draining(131, HOUR_DRAIN))],
      WAIT,
      [
        'ip-10-0-10-131 is already draining and kills builds at 15:00 UTC: that drain is replaced by one that waits for its builds.',
      ],
    ],
    [
      'that a deadline is not restarted',
      [target(draining(131, HOUR_DRAIN))],
      HOUR,
      [
        'Builds still running at 15:00 UTC (in 1h) will be killed; none is running now.',
        'ip-10-0-10-131 is already draining and kills builds at 15:00 UTC: its deadline is not changed.',
      ],
    ],
    [
      'that services are not waited for',
      [target(node(131), [build(21, { jobType: 'service' })])],
      WAIT,
      ['A drain does not wait for services: it stops circleci-realitycheck 21.'],
    ],
    [
      'of builds on a client that is down',
      [target(node(131, { status: 'down' }))],
      WAIT,
      ['Down, so their builds cannot be seen or waited for: ip-10-0-10-131.'],
    ],
    [
      'of builds on a disconnected client',
      [target(node(131, { status: 'disconnected' }))],
      WAIT,
      ['Disconnected, so their builds cannot be seen until they are back: ip-10-0-10-131.'],
    ],
  ];

  it.each(WARNINGS)('warns %s', (_name, targets, spec, warnings) => {
    expect(planDrain(targets, [OTHER], spec, NOW).warnings).toEqual(warnings);
  });

  it('warns if no client is left that accepts builds', () => {
    const fleet = [BUSY.node, node(2, { eligible: false }), node(3, { status: 'down' })];
    const plan = planDrain([BUSY], fleet, WAIT, NOW);
    expect(plan.takingBuilds).toEqual({ before: 1, after: 0 });
    expect(plan.warnings).toEqual([
      'No other client accepts builds: new builds will stay queued until one does.',
    ]);
  });

  it('returns a report without a run if all clients are already drained', () => {
    const done = planDrain([target(node(1, { eligible: false }))], [OTHER], WAIT, NOW);
    expect(nothingToDrain(done, WAIT, NOW)).toMatchObject({
      nodes: [{ name: 'ip-10-0-10-1', outcome: 'drained', safeToTerminate: true, holding: [] }],
      exitCode: 0,
    });
    expect(nothingToDrain(planDrain([BUSY], [OTHER], WAIT, NOW), WAIT, NOW)).toBeNull();
  });

  it('does not call a drained client safe while it is down', () => {
    const down = target(node(1, { eligible: false, status: 'down' }));
    expect(nothingToDrain(planDrain([down], [OTHER], WAIT, NOW), WAIT, NOW)).toMatchObject({
      nodes: [{ outcome: 'drained', safeToTerminate: false }],
      exitCode: 10,
    });
  });
});

describe('drainPlanView', () => {
  it('shows the clients and their builds', () => {
    const targets = [
      BUSY,
      target(draining(132, HOUR_DRAIN), [build(22), build(23)]),
      target(node(133, { eligible: false })),
    ];
    const view = drainPlanView(planDrain(targets, [OTHER], WAIT, NOW), NOW);
    expect(
      `\n${renderDetail(view, { width: 80, color: false, wide: false })}`,
    ).toMatchInlineSnapshot(`
      "
      Clients
      CLIENT          ID        STATUS             BUILDS  OLDEST  PLAN
      ip-10-0-10-131  00000131  ready                   1      5m  drain
      ip-10-0-10-132  00000132  ready, ineligible       2      5m  replace its drain
      ip-10-0-10-133  00000133  ready, ineligible       0       -  nothing: drained

      Running there
      BUILD                     CLIENT          SINCE      AGE  ALLOCATION
      circleci-realitycheck 21  ip-10-0-10-131  13:55 UTC   5m  fb9f2d16
      circleci-realitycheck 22  ip-10-0-10-132  13:55 UTC   5m  fb9f2d16
      circleci-realitycheck 23  ip-10-0-10-132  13:55 UTC   5m  fb9f2d16

      The drain waits for builds without a time limit; none is killed.
      "
    `);
  });
});
