import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuildFacts } from '../../../../src/lib/queue/build/build-facts.ts';
import { buildTimeline } from '../../../../src/lib/queue/build/build-timeline.ts';
import type { TimelineStep } from '../../../../src/lib/queue/build/timeline.ts';
import { notAsked } from '../../../../src/lib/queue/snapshot/evidence.ts';
import {
  at,
  BLOCKED,
  evaluation,
  event,
  facts,
  failed,
  job,
  killedByDrain,
  known,
  POSTED,
  placement,
  record,
  stage,
  ui,
} from './samples.ts';

const HEARD = stage('output-processor', [['named', 3]]);

function line({ id, state, task, placement: which, sincePreviousMs, approximate }: TimelineStep) {
  const since = sincePreviousMs === null ? '-' : `${approximate ? '~' : ''}${sincePreviousMs}`;
  const track = task === null ? '' : `:${task}`;
  return `${id}${track}${which && which > 1 ? `#${which}` : ''} ${state} ${since}`;
}

const UNTIL_POSTED = [
  'queued done -',
  'legacy-got done 100',
  'legacy-forwarded done 10',
  'dispatcher-popped done 140',
  'dispatcher-computed done 70',
  'schedulerer-got done 180',
  'schedulerer-posting done 10',
  'schedulerer-posted done 10',
];
const UNTIL_STARTED = [
  ...UNTIL_POSTED,
  'registered done 10',
  'evaluated done 0',
  'placed done 10',
  'received done ~100',
  'started done 1360',
];

const started = ui({ status: 'running', startedAt: at(4) });
const ended = ui({ status: 'success', startedAt: at(4), stoppedAt: at(63) });

describe('the timeline of a build', () => {
  it.each<[string, BuildFacts, { state: string; stop: string | null; steps: readonly string[] }]>([
    [
      'that has ended',
      facts(600, {
        stages: [
          ...POSTED,
          stage('output-processor', [
            ['named', 3],
            ['ended', 62],
          ]),
        ],
        jobs: known([job('dead', [placement(0.54, 2, { end: [61, 0] })])]),
        ui: known(ended),
      }),
      {
        state: 'finished',
        stop: null,
        steps: [
          ...UNTIL_STARTED,
          'output done ~1000',
          'shown-running done 1000',
          'finished done ~57000',
          'output-ended done ~1000',
          'shown-ended done 1000',
        ],
      },
    ],
    [
      'that runs',
      facts(100, {
        stages: [...POSTED, HEARD],
        jobs: known([job('running', [placement(0.54, 2)])]),
        ui: known(started),
      }),
      {
        state: 'running',
        stop: null,
        steps: [
          ...UNTIL_STARTED,
          'output done ~1000',
          'shown-running done 1000',
          'finished waiting 96000',
        ],
      },
    ],
    [
      'that does not fit on any client',
      facts(300, { jobs: known([job('pending', [], BLOCKED)]) }),
      {
        state: 'pending',
        stop: 'placed jobs 299470',
        steps: [...UNTIL_POSTED, 'registered done 10', 'evaluated done 0', 'placed stopped 299470'],
      },
    ],
    [
      'that was lost between the dispatchers',
      facts(200, {
        stages: [
          ...POSTED.slice(0, 1),
          stage('dispatcher', []),
          stage('schedulerer', []),
          stage('output-processor', []),
        ],
      }),
      {
        state: 'lost',
        stop: 'dispatcher-popped dispatcher 199890',
        steps: [...UNTIL_POSTED.slice(0, 3), 'dispatcher-popped stopped 199890'],
      },
    ],
    [
      'that has only just been forwarded',
      facts(20, { stages: [...POSTED.slice(0, 1), stage('dispatcher', [])] }),
      {
        state: 'queued',
        stop: null,
        steps: [...UNTIL_POSTED.slice(0, 3), 'dispatcher-popped waiting 19890'],
      },
    ],
    [
      'that the schedulerer failed to post',
      facts(200, {
        stages: [
          ...POSTED.slice(0, 2),
          stage('schedulerer', [
            ['got', 0.5],
            ['error', 0.6],
          ]),
        ],
      }),
      {
        state: 'lost',
        stop: 'schedulerer-posted schedulerer 199500',
        steps: [...UNTIL_POSTED.slice(0, 6), 'error done 100', 'schedulerer-posted stopped 199500'],
      },
    ],
    [
      'that was posted and is not in Nomad',
      facts(200, {}),
      {
        state: 'lost',
        stop: 'registered nomad 199480',
        steps: [...UNTIL_POSTED, 'registered stopped 199480'],
      },
    ],
    [
      'that runs, but not according to the UI',
      facts(200, { jobs: known([job('running', [placement(0.54, 2)])]) }),
      {
        state: 'running',
        stop: 'shown-running output-processor 198000',
        steps: [...UNTIL_STARTED, 'shown-running stopped ~198000'],
      },
    ],
    [
      'that a drain killed, and that was restarted',
      facts(500, {
        stages: [...POSTED, HEARD],
        jobs: known([
          job(
            'running',
            [killedByDrain(0.54, 2, 100), placement(101, 103, { nodeName: 'client-b' })],
            [evaluation(0.53, 'job-register'), evaluation(100.5, 'node-drain')],
          ),
        ]),
        ui: known(started),
      }),
      {
        state: 'running',
        stop: null,
        steps: [
          ...UNTIL_STARTED,
          'output done ~1000',
          'shown-running done 1000',
          'finished done ~96000',
          'evaluated done ~500',
          'placed#2 done 500',
          'received#2 done ~100',
          'started#2 done 1900',
          'finished#2 waiting ~397000',
        ],
      },
    ],
    [
      'that a drain killed, and that was not restarted',
      facts(500, {
        stages: [...POSTED, HEARD],
        jobs: known([job('dead', [killedByDrain(0.54, 2, 100)])]),
        ui: known(started),
      }),
      {
        state: 'killed',
        stop: 'placed jobs 400000',
        steps: [
          ...UNTIL_STARTED,
          'output done ~1000',
          'shown-running done 1000',
          'finished done ~96000',
          'placed stopped ~400000',
        ],
      },
    ],
    [
      'that a drain killed, also according to the UI',
      facts(500, {
        stages: [...POSTED, HEARD],
        jobs: known([job('dead', [killedByDrain(0.54, 2, 100)])]),
        ui: known(ui({ status: 'infrastructure_fail', startedAt: at(4), stoppedAt: at(102) })),
      }),
      {
        state: 'killed',
        stop: null,
        steps: [
          ...UNTIL_STARTED,
          'output done ~1000',
          'shown-running done 1000',
          'finished done ~96000',
          'placed missing -',
          'shown-ended done ~2000',
        ],
      },
    ],
    [
      'that failed, and that Nomad retries when there is capacity',
      facts(500, {
        jobs: known([job('pending', [placement(0.54, 2, { end: [61, 1] })], BLOCKED)]),
        ui: known(started),
      }),
      {
        state: 'pending',
        stop: 'placed jobs 439000',
        steps: [
          ...UNTIL_STARTED,
          'shown-running done ~2000',
          'finished done ~57000',
          'placed stopped ~439000',
        ],
      },
    ],
    [
      'that ended, but not according to the UI',
      facts(600, {
        stages: [...POSTED, HEARD],
        jobs: known([job('dead', [placement(0.54, 2, { end: [61, 1] })])]),
        ui: known(started),
      }),
      {
        state: 'finished',
        stop: 'shown-ended output-processor 539000',
        steps: [
          ...UNTIL_STARTED,
          'output done ~1000',
          'shown-running done 1000',
          'finished done ~57000',
          'shown-ended stopped ~539000',
        ],
      },
    ],
    [
      'that only the UI still has',
      facts(20_000, { stages: [], ui: known(ended) }),
      {
        state: 'finished',
        stop: null,
        steps: [
          'queued done -',
          'registered unknown -',
          'shown-running done 4000',
          'shown-ended done 59000',
        ],
      },
    ],
  ])('%s', (_name, given, expected) => {
    const { steps, state, stoppedAt } = buildTimeline(given);
    const stop = stoppedAt && `${stoppedAt.step} ${stoppedAt.place} ${stoppedAt.waitingMs}`;
    expect({ state, stop, steps: steps.map(line) }).toEqual(expected);
  });

  it('shows shared steps once, and parallel tasks separately', () => {
    const jobs = known([job('running', [placement(0.54, 2)]), job('pending', [], BLOCKED, 1)]);
    const both = buildTimeline(facts(300, { jobs, ui: known(started) }));
    expect(both.steps.map(({ id, task }) => `${id}:${task}`)).toEqual([
      ...['queued', 'legacy-got', 'legacy-forwarded', 'dispatcher-popped'].map(
        (id) => `${id}:null`,
      ),
      'dispatcher-computed:null',
      ...['schedulerer-got', 'schedulerer-posting', 'schedulerer-posted', 'registered'].map(
        (id) => `${id}:0`,
      ),
      ...['evaluated:0', 'placed:0', 'received:0', 'started:0', 'finished:0'],
      ...['schedulerer-got', 'schedulerer-posting', 'schedulerer-posted', 'registered'].map(
        (id) => `${id}:1`,
      ),
      ...['evaluated:1', 'placed:1', 'shown-running:null'],
    ]);
    expect(both).toMatchObject({ state: 'running', stoppedAt: { step: 'placed', task: 1 } });
    const given = facts(300, { jobs, ui: known(started) });
    const one = buildTimeline({ ...given, build: { ...given.build, task: 0 } });
    expect(one.stoppedAt).toBeNull();
    expect(one.steps.some(({ task }) => task === 1)).toBe(false);
  });

  it('includes a task that only the UI counts', () => {
    const two = known(ui({ status: 'running', startedAt: at(4), parallel: 2 }));
    const jobs = known([job('running', [placement(0.54, 2)])]);
    const schedulerer = stage('schedulerer', [], {
      log: known({
        records: [record('schedulerer', 'posted', 0.52, { task: 0 })],
        reachesBackMs: 3_600_000,
      }),
    });
    const given = facts(300, { jobs, ui: two, stages: [...POSTED.slice(0, 2), schedulerer] });
    for (const task of [null, 1]) {
      const { state, stoppedAt } = buildTimeline({ ...given, build: { ...given.build, task } });
      expect(stoppedAt).toMatchObject({ step: 'schedulerer-got', task: 1, what: 'not in its log' });
      expect(state).toBe(task === null ? 'running' : 'lost');
    }
    const one = buildTimeline({ ...given, build: { ...given.build, task: 0 } });
    expect(one.stoppedAt).toBeNull();
    const untold = buildTimeline({ ...given, ui: known(started) });
    expect(untold.stoppedAt).toBeNull();
  });

  it('does not report a task as lost that may have ended hours ago', () => {
    const two = known(ui({ status: 'running', startedAt: at(4), parallel: 2 }));
    const jobs = known([job('running', [placement(0.54, 2)])]);
    const stages = POSTED.map(({ stage: name }) =>
      stage(name, [], { log: known({ records: [], reachesBackMs: 60_000 }) }),
    );
    const { state, stoppedAt } = buildTimeline(facts(5 * 3_600, { jobs, ui: two, stages }));
    expect({ state, stoppedAt }).toEqual({ state: 'running', stoppedAt: null });
  });

  it('distinguishes a stopped job from an ended one', () => {
    const killed = placement(0.54, 2, {
      ...{ desiredStatus: 'stop', clientStatus: 'complete', end: [100, 137] },
      also: [event('Killing', 99), event('Killed', 100)],
    });
    const done = placement(0.54, 2, { end: [61, 0], desiredStatus: 'stop' });
    const unplaced = job('dead', []);
    const cases = [
      ['stopped', [job('dead', [killed])]],
      ['stopped', [job('dead', [done]), job('dead', [killed], [], 1)]],
      ['running', [job('running', [placement(0.54, 2)]), job('dead', [killed], [], 1)]],
      ['stopped', [{ ...unplaced, job: { ...unplaced.job, stopped: true } }]],
      ['finished', [unplaced]],
      ['finished', [job('dead', [done])]],
    ] as const;
    for (const [state, jobs] of cases) {
      const timeline = buildTimeline(facts(110, { jobs: known(jobs), ui: known(started) }));
      expect(timeline.state).toBe(state);
    }
  });

  it('does not end before the last of its tasks', () => {
    const jobs = known([
      job('dead', [placement(0.54, 2, { end: [61, 0] })]),
      job('running', [placement(0.54, 2)], [], 1),
    ]);
    const given = facts(600, { jobs, ui: known(started) });
    for (const task of [null, 0, 1]) {
      const { stoppedAt, steps } = buildTimeline({ ...given, build: { ...given.build, task } });
      expect(stoppedAt).toBeNull();
      expect(steps.map(({ id }) => id)).not.toContain('shown-ended');
    }
  });

  it('reports missing evidence as unknown, not as a fault', () => {
    const unread = stage('dispatcher', [], { log: failed('no answer within 10s') });
    const short = stage('dispatcher', [], { log: known({ records: [], reachesBackMs: 60_000 }) });
    for (const [dispatcher, what] of [
      [unread, 'its log could not be read: no answer within 10s'],
      [short, 'not in its log, which starts only 1m ago'],
    ] as const) {
      const stages = [...POSTED.slice(0, 1), dispatcher];
      const jobs = notAsked('no Nomad is set up');
      const { state, stoppedAt, steps } = buildTimeline(facts(900, { stages, jobs }));
      expect({ state, stoppedAt }).toEqual({ state: 'unknown', stoppedAt: null });
      expect(steps.find(({ place }) => place === 'dispatcher')).toMatchObject({
        state: 'unknown',
        what,
      });
    }
    // Nomad is known not to have it: only the step at which it was lost is unknown.
    const stages = [...POSTED.slice(0, 1), short, stage('schedulerer', [])];
    const { state, stoppedAt } = buildTimeline(facts(900, { stages }));
    expect({ state, stoppedAt }).toMatchObject({
      state: 'lost',
      stoppedAt: {
        place: 'schedulerer',
        between: ['schedulerer', 'dispatcher', 'legacy-dispatcher', 'rabbitmq'],
      },
    });
  });

  it('is stuck at a stage without a ready pod, whatever its log', () => {
    const dispatcher = stage('dispatcher', [], { ready: false, log: notAsked('it has no pod') });
    const { stoppedAt } = buildTimeline(
      facts(900, { stages: [...POSTED.slice(0, 1), dispatcher] }),
    );
    expect(stoppedAt).toMatchObject({ place: 'dispatcher', what: 'no pod of dispatcher is ready' });
  });

  it('compares clocks as far as they are known, and never has a negative time', () => {
    const minutes = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(minutes, minutes, fc.boolean(), (node, client, told) => {
        const shifted = (seconds: number) => at(seconds + node * 60);
        const aheadMs = told ? node * 60_000 : null;
        const clock = { name: 'node of dispatcher-1', aheadMs };
        const records = [
          record('dispatcher', 'popped', 0, { at: shifted(0.25), clock }),
          record('dispatcher', 'computed', 0, { at: shifted(0.32), clock }),
        ];
        const dispatcher = stage('dispatcher', [], {
          log: known({ records, reachesBackMs: 3_600_000 }),
        });
        const running = placement(0.54, 2 + client * 60);
        const { steps, stoppedAt } = buildTimeline(
          facts(3_000, {
            stages: [...POSTED.slice(0, 1), dispatcher, ...POSTED.slice(2)],
            jobs: known([job('running', [running])]),
            ui: known(started),
          }),
        );
        const popped = steps.find(({ id }) => id === 'dispatcher-popped');
        const computed = steps.find(({ id }) => id === 'dispatcher-computed');
        expect(computed).toMatchObject({ sincePreviousMs: 70, approximate: false });
        if (told) expect(popped?.sincePreviousMs).toBe(140);
        else expect(popped?.approximate).toBe(true);
        for (const step of steps) expect(step.sincePreviousMs ?? 0).toBeGreaterThanOrEqual(0);
        expect(stoppedAt).toBeNull();
      }),
    );
  });
});
