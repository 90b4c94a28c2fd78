import { describe, expect, it } from 'vitest';
import type { DrainSpec } from '../../../../src/lib/nomad/client.ts';
import { DrainProgress, type Observation } from '../../../../src/lib/nomad/drain/drain-progress.ts';
import type { Allocation, NomadNodeDetail } from '../../../../src/lib/nomad/model.ts';
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

const WAIT: DrainSpec = { deadline: null };
const ONE = build(21);
const TWO = build(22);

function seen(
  seconds: number,
  client: NomadNodeDetail | null,
  live: readonly Allocation[] = [],
  ended: readonly (readonly [Allocation, Allocation | null])[] = [],
): Observation {
  return {
    at: later(seconds),
    node: client,
    live,
    ended: ended.map(([last, final]) => ({ last, final })),
  };
}

/** Processes observations and returns the types of events after each, and the result. */
function play(looks: readonly Observation[], spec: DrainSpec = WAIT) {
  const progress = new DrainProgress(node(131), spec, NOW);
  progress.drainSet({ at: NOW, joined: false, deadlineAt: null });
  const said = looks.map((look) => progress.observe(look).map((event) => event.type));
  return { progress, said, outcome: progress.outcome, safe: progress.safeToTerminate };
}

interface Story {
  readonly name: string;
  readonly spec?: DrainSpec;
  readonly looks: readonly Observation[];
  readonly said: readonly (readonly string[])[];
  readonly outcome: string | null;
  readonly safe: boolean;
}

const LOST = { ...ONE, desiredStatus: 'stop', clientStatus: 'lost' } as const;
const TELEMETRY = build(24, { jobType: 'system', jobId: 'telemetry' as Allocation['jobId'] });
const MARKED = { ...ONE, desiredStatus: 'stop', migrate: true } as const;

const STORIES: readonly Story[] = [
  {
    name: 'a build ends, and then the drain',
    looks: [
      seen(1, draining(131), [ONE]),
      seen(20, draining(131), [], [[ONE, finished(ONE)]]),
      seen(21, drainOver(131)),
    ],
    said: [['holding'], ['build-finished'], ['drain-complete']],
    outcome: 'drained',
    safe: true,
  },
  {
    name: 'a build that fails by itself is not damage',
    looks: [seen(1, draining(131), [ONE]), seen(20, drainOver(131), [], [[ONE, finished(ONE, 3)]])],
    said: [['holding'], ['build-finished', 'drain-complete']],
    outcome: 'drained',
    safe: true,
  },
  {
    name: 'Nomad reports the drain as complete while the killed task is still exiting',
    spec: { deadline: 3_600_000 },
    looks: [
      seen(1, draining(131, HOUR_DRAIN), [ONE]),
      seen(3_601, drainOver(131), [MARKED]),
      seen(3_603, drainOver(131), [MARKED]),
      seen(3_606, drainOver(131), [], [[ONE, killed(ONE)]]),
    ],
    said: [['holding'], ['tasks-exiting'], [], ['build-finished', 'drain-complete']],
    outcome: 'killed-builds',
    safe: true,
  },
  {
    name: 'a disconnected client is not safe to terminate',
    looks: [
      seen(1, draining(131), [ONE]),
      seen(9, drainOver(131), [{ ...MARKED, clientStatus: 'unknown' }]),
    ],
    said: [['holding'], ['tasks-exiting']],
    outcome: null,
    safe: false,
  },
  {
    name: 'somebody ends the drain (before Nomad 1.1: recognised by the event)',
    looks: [seen(1, draining(131), [ONE]), seen(5, drainOver(131, 'Node drain disabled'), [ONE])],
    said: [['holding'], ['cancelled-by-someone']],
    outcome: 'cancelled',
    safe: false,
  },
  {
    name: 'somebody ends the drain (Nomad 1.1 and later: recognised by LastDrain)',
    looks: [
      seen(1, draining(131), [ONE]),
      seen(5, {
        ...drainOver(131),
        lastDrain: { status: 'canceled', startedAt: NOW, updatedAt: NOW, meta: {} },
      }),
    ],
    said: [['holding'], ['cancelled-by-someone']],
    outcome: 'cancelled',
    safe: false,
  },
  {
    name: 'somebody ends the drain, and Nomad reports it in neither way',
    looks: [seen(1, draining(131), [ONE]), seen(5, node(131, { eligible: false }), [ONE])],
    said: [['holding'], ['cancelled-by-someone']],
    outcome: 'cancelled',
    safe: false,
  },
  {
    name: 'a drained client that somebody made eligible is not safe to terminate',
    looks: [seen(1, drainOver(131, 'Node drain complete', { eligible: true }))],
    said: [['cancelled-by-someone']],
    outcome: 'cancelled',
    safe: false,
  },
  {
    name: 'somebody sets a deadline for the drain',
    looks: [
      seen(1, draining(131), [ONE]),
      seen(5, draining(131, HOUR_DRAIN), [ONE]),
      seen(6, draining(131, HOUR_DRAIN), [ONE]),
    ],
    said: [['holding'], ['drain-changed'], []],
    outcome: null,
    safe: false,
  },
  {
    name: 'the client goes down with its build',
    looks: [
      seen(1, draining(131), [ONE]),
      seen(30, { ...draining(131), status: 'down' }, [ONE]),
      seen(31, drainOver(131, 'Node drain complete', { status: 'down' }), [], [[ONE, LOST]]),
    ],
    said: [['holding'], ['node-down'], ['build-finished', 'drain-complete']],
    outcome: 'lost',
    safe: false,
  },
  {
    name: 'a client that was down all the time: it is unknown what runs there',
    looks: [seen(1, drainOver(131, 'Node drain complete', { status: 'down' }))],
    said: [['node-down', 'drain-complete']],
    outcome: 'drained',
    safe: false,
  },
  {
    name: 'a client goes down after its last build has ended',
    looks: [
      seen(1, draining(131), [ONE]),
      seen(
        30,
        drainOver(131, 'Node drain complete', { status: 'down' }),
        [],
        [[ONE, finished(ONE)]],
      ),
    ],
    said: [['holding'], ['node-down', 'build-finished', 'drain-complete']],
    outcome: 'drained',
    safe: true,
  },
  {
    name: 'a disconnected client reconnects with its build',
    looks: [
      seen(1, draining(131), [ONE]),
      seen(30, { ...draining(131), status: 'disconnected' }, [{ ...ONE, clientStatus: 'unknown' }]),
      seen(40, { ...draining(131), status: 'disconnected' }, [{ ...ONE, clientStatus: 'unknown' }]),
      seen(50, drainOver(131), [], [[ONE, finished(ONE)]]),
    ],
    said: [['holding'], ['node-disconnected'], [], ['build-finished', 'drain-complete']],
    outcome: 'drained',
    safe: true,
  },
  {
    name: 'a build that Nomad took for lost ended by itself',
    looks: [
      seen(1, draining(131), [ONE, TWO]),
      seen(30, draining(131), [TWO], [[ONE, LOST]]),
      seen(40, draining(131), [ONE, TWO]),
      seen(
        50,
        drainOver(131),
        [],
        [
          [ONE, finished(ONE)],
          [TWO, finished(TWO)],
        ],
      ),
    ],
    said: [
      ['holding'],
      ['build-finished', 'holding'],
      ['holding'],
      ['build-finished', 'build-finished', 'drain-complete'],
    ],
    outcome: 'drained',
    safe: true,
  },
  {
    name: 'a build that Nomad took for lost, and that was stopped when its client reconnected, remains lost',
    looks: [
      seen(1, draining(131), [ONE, TWO]),
      seen(30, draining(131), [TWO], [[ONE, LOST]]),
      seen(40, draining(131), [ONE, TWO]),
      seen(
        50,
        drainOver(131),
        [],
        [
          [ONE, { ...killed(ONE), migrate: false }],
          [TWO, finished(TWO)],
        ],
      ),
    ],
    said: [
      ['holding'],
      ['build-finished', 'holding'],
      ['holding'],
      ['build-finished', 'drain-complete'],
    ],
    outcome: 'lost',
    safe: true,
  },
  {
    name: 'a build whose job was purged: nobody saw it end, and its task may still exit',
    looks: [seen(1, draining(131), [ONE]), seen(9, drainOver(131), [], [[ONE, null]])],
    said: [['holding'], ['build-finished', 'drain-complete']],
    outcome: 'drained',
    safe: false,
  },
  {
    name: 'a system job that is lost with its client is not a lost build',
    looks: [
      seen(1, draining(131), [TELEMETRY]),
      seen(30, drainOver(131), [], [[TELEMETRY, { ...TELEMETRY, clientStatus: 'lost' }]]),
    ],
    said: [['holding'], ['build-finished', 'drain-complete']],
    outcome: 'drained',
    safe: true,
  },
  {
    name: 'Nomad removes the client, and then its build',
    looks: [
      seen(1, draining(131), [ONE]),
      seen(30, null, [ONE]),
      seen(31, null, [], [[ONE, { ...ONE, clientStatus: 'running' }]]),
    ],
    said: [['holding'], ['node-vanished'], ['build-finished', 'drain-complete']],
    outcome: 'lost',
    safe: false,
  },
  {
    name: 'ignored system jobs do not hold the drain',
    spec: { deadline: null, ignoreSystemJobs: true },
    looks: [seen(1, drainOver(131), [{ ...ONE, jobType: 'system' }])],
    said: [['drain-complete']],
    outcome: 'drained',
    safe: true,
  },
  {
    name: 'the builds that hold the drain are reported again when one ends, and every minute',
    looks: [
      seen(1, draining(131), [ONE, TWO]),
      seen(2, draining(131), [TWO, ONE]),
      seen(9, draining(131), [TWO], [[ONE, finished(ONE)]]),
      seen(60, draining(131), [TWO]),
      seen(69, draining(131), [TWO]),
    ],
    said: [['holding'], [], ['build-finished', 'holding'], [], ['holding']],
    outcome: null,
    safe: false,
  },
];

describe('DrainProgress', () => {
  it.each(STORIES)('$name', ({ looks, spec, said, outcome, safe }) => {
    const played = play(looks, spec);
    expect(played.said).toEqual(said);
    expect(played.outcome).toBe(outcome);
    expect(played.safe).toBe(safe);
  });

  it('distinguishes builds from services that a drain migrates', () => {
    const service = build(23, { jobType: 'service', jobId: 'telegraf' as Allocation['jobId'] });
    const { progress } = play([seen(5, drainOver(131), [], [[service, killed(service)]])]);
    expect(progress.ended.map((ended) => ended.how)).toEqual(['migrated']);
    expect(progress.outcome).toBe('drained');
  });

  it('finds out, once, that Nomad has forgotten to end a drain', () => {
    const { progress } = play([seen(1, draining(131), [ONE, TELEMETRY])]);
    expect(progress.isForgotten(later(60))).toBe(false);
    progress.observe(seen(60, draining(131), [TELEMETRY], [[ONE, finished(ONE)]]));
    expect(progress.isForgotten(later(70))).toBe(false);
    expect(progress.isForgotten(later(75))).toBe(true);
    expect(progress.drainRenewed(later(75)).type).toBe('drain-renewed');
    expect(progress.isForgotten(later(99))).toBe(false);
  });

  it('keeps the result, whatever is observed later', () => {
    const { progress, said } = play([seen(1, drainOver(131)), seen(2, draining(131), [ONE])]);
    expect(said).toEqual([['drain-complete'], []]);
    expect(progress.outcome).toBe('drained');
    expect(progress.durationMs(later(99))).toBe(1_000);
  });

  it('reports a drain that was never set, and null for what is unknown', () => {
    const progress = new DrainProgress(node(131), WAIT, NOW);
    progress.stopWaiting(true, later(5));
    expect(progress.outcome).toBe('not-set');
    expect(progress.holding).toBeNull();
  });
});
