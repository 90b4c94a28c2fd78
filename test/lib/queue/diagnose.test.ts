import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/lib/queue/diagnose.ts';
import { BROKEN, LOST, LOST_BEFORE_DISPATCHER, MINUTE, WELL } from './support/cases.ts';
import {
  ago,
  beats,
  failed,
  healthyLogs,
  type Ill,
  idOf,
  inUi,
  job,
  listed,
  log,
  NO_UI,
  NOTHING,
  pending,
  pod,
  says,
  skewed,
  snapshot,
  sure,
  WELL_BUILD,
  withLog,
  withPods,
} from './support/snapshot.ts';
import { LOST_TASKS, PARALLEL } from './support/task-cases.ts';

/** Returns the codes in order, with `?` for warnings, and with the cause of effects. */
function found(ill: Ill): readonly string[] {
  return diagnose(snapshot(ill)).findings.map(
    ({ code, severity, causedBy }) =>
      `${code}${severity === 'error' ? '' : '?'}${causedBy === null ? '' : ` from ${causedBy}`}`,
  );
}

test.each(BROKEN)('%s', (_, ill, codes) => {
  expect(found(ill)).toEqual(codes);
});

test.each(WELL)('no finding where %s', (_, ill) => {
  const { findings } = diagnose(snapshot(ill));
  expect(findings).toEqual([]);
});

const AHEAD = fc.integer({ min: -20 * MINUTE, max: 20 * MINUTE });
const CLOCKS = fc.record({
  'legacy-dispatcher': AHEAD,
  dispatcher: AHEAD,
  schedulerer: AHEAD,
  'output-processor': AHEAD,
});

test('wrong clocks of nodes change neither the cause nor a healthy result', () => {
  fc.assert(
    fc.property(fc.constantFrom(...BROKEN, ...WELL), CLOCKS, ([, ill, codes = []], clocks) => {
      const whole = snapshot(ill);
      const { findings } = diagnose({ ...whole, logs: skewed(whole.logs, clocks) });
      expect(findings[0]?.code).toBe(codes[0]?.slice(0, 6));
    }),
    { numRuns: 400 },
  );
});

test('a lost build has its log line as evidence, and a remedy that deletes exactly two pods', () => {
  const ill = {
    logs: withLog(LOST_BEFORE_DISPATCHER),
    server: { builds: listed(inUi(LOST, 'queued')) },
  };
  const [finding] = diagnose(snapshot(ill)).findings;
  const forwarded = says.legacy(LOST, 5 * MINUTE).at(-1)?.[1];
  expect(finding).toMatchObject({
    title: '1 build lost between legacy-dispatcher and dispatcher',
    builds: [LOST],
    fix: { kind: 'delete-pods', services: ['legacy-dispatcher', 'dispatcher'] },
    ref: 'docs/findings/CQ0202.md',
  });
  expect(finding?.evidence).toContainEqual(
    expect.objectContaining({ kind: 'line', pod: 'legacy-dispatcher-1', text: forwarded }),
  );
  expect(finding?.evidence.at(-1)).toMatchObject({ pod: 'dispatcher-1' });
});

test('of a build with lost tasks, the evidence says which, and where they were lost', () => {
  const textsOf = (name: string): readonly string[] => {
    const [, ill = {}] = LOST_TASKS.find(([about]) => about === name) ?? [];
    const [finding] = diagnose(snapshot(ill)).findings;
    expect(finding?.title).toBe('1 build waiting for a parallel task that Nomad does not have');
    expect(finding?.builds).toEqual([PARALLEL]);
    expect(finding?.remedy.commands).toEqual([
      `circleci-admin pods logs schedulerer --since 30m --grep ${idOf(PARALLEL)}`,
      'circleci-admin pods restart dispatcher schedulerer',
    ]);
    return finding?.evidence.map(({ text }) => text) ?? [];
  };
  expect(textsOf('the second of two tasks never reached the schedulerer')).toEqual([
    'acme/web/42: 1 of its 2 tasks is in Nomad, task 1 is not, for 5m',
    'schedulerer has logged only the tasks that are in Nomad',
  ]);
  expect(textsOf('the schedulerer received a task that Nomad does not have')).toEqual([
    'acme/web/42: 1 of its 2 tasks is in Nomad, task 1 is not, for 5m',
    expect.stringContaining(`got task message; task-name=${idOf(PARALLEL)}-1-build-acme-web-42`),
  ]);
});

test("jobs that wait for the same reason are one finding, in Nomad's words", () => {
  const names = Array.from({ length: 8 }, (_, at) => `acme/web/${100 + at}`);
  const jobs = names.map((name) => pending(name, 'all-full', 'all clients are full'));
  const [finding, ...others] = diagnose(snapshot({ nomad: { jobs: sure(jobs) } })).findings;
  expect(others).toEqual([]);
  expect(finding?.title).toBe('no capacity: 8 builds waiting for free clients');
  expect(finding?.builds).toHaveLength(8);
  expect(finding?.evidence[0]).toEqual({
    kind: 'fact',
    text: 'Nomad: all clients are full (8 jobs)',
  });
});

describe('the verdict', () => {
  const verdict = (ill: Ill = {}) => diagnose(snapshot(ill)).verdict;

  test('is healthy if builds get through', () => {
    expect(verdict()).toMatchObject({ state: 'healthy', cause: null, waiting: 0 });
    expect(verdict().text).toContain('1 build in the last 30m');
  });

  test('says that idle and broken look the same', () => {
    const idle = {
      logs: healthyLogs().map(({ stage }) => log(stage, beats(stage))),
      nomad: { jobs: sure([]) },
      server: { builds: sure([]) },
    };
    expect(verdict(idle).state).toBe('idle');
    expect(verdict(idle).text).toContain('look the same');
    expect(verdict(idle).next).toBe('circleci-admin troubleshoot queue --trigger ORG/REPO');
  });

  test('follows the triggered build', () => {
    const trigger = { project: 'acme/web', number: 41, pipelineId: null, ageMs: 302_000 };
    expect(verdict({ trigger })).toMatchObject({
      state: 'healthy',
      text: 'Builds get through: acme/web/41 reached Nomad after 2s.',
    });
    const early = { trigger: { ...trigger, number: 43, ageMs: 4_000 } };
    expect(verdict(early)).toMatchObject({ state: 'unknown' });
    expect(verdict(early).text).toContain('acme/web/43 was started 4s ago');
  });

  test('contains the first cause, the number of waiting builds, and another cause', () => {
    const text = verdict({
      logs: withLog(LOST_BEFORE_DISPATCHER),
      nomad: { jobs: sure([job(WELL_BUILD), pending('acme/api/7', 'too-large', 'too large')]) },
      server: { builds: listed(inUi(LOST, 'queued'), inUi('acme/api/7', 'queued')) },
    });
    expect(text).toMatchObject({ state: 'broken', cause: 'CQ0202', waiting: 2 });
    expect(text.text).toMatch(
      /^1 build lost .*2 builds wait\. There is another cause: 1 build too/,
    );
  });

  test('is unknown if Kubernetes and Nomad do not respond', () => {
    const late = failed('REQUEST_TIMEOUT', 'no answer', { kind: 'timeout', timedOut: true });
    const ill = { pods: late, workloads: late, logs: [], rabbitmq: NOTHING };
    expect(verdict(ill)).toMatchObject({ state: 'unknown', cause: 'CQ0901' });
  });
});

test('the verdict is unknown if logs are forbidden or time out', () => {
  const refused = failed('KUBERNETES_FORBIDDEN', 'may not get pods/log', { kind: 'unauthorised' });
  const late = failed('REQUEST_TIMEOUT', 'no answer', { kind: 'timeout', timedOut: true });
  const verdictWith = (log: typeof refused) =>
    diagnose(snapshot({ logs: healthyLogs().map((one) => ({ ...one, log })) })).verdict;
  const ofRefused = verdictWith(refused);
  expect(ofRefused).toMatchObject({ state: 'unknown', cause: 'CQ0901' });
  expect(ofRefused.text).toContain('but not everything could be read: no permission to read');
  expect(verdictWith(late).text).toContain('Kubernetes timed out: 4 logs');
});

test('the verdict says which parts of Nomad are forbidden', () => {
  const refused = failed('FORBIDDEN', 'may not get pods/proxy', { kind: 'unauthorised' });
  const ill = { nomad: { leader: refused, clients: refused, jobs: refused } };
  expect(diagnose(snapshot(ill)).verdict.text).toContain("Nomad's leader, its clients, its jobs");
});

test.each([
  [
    ['uncaught', 'clojure.lang.ExceptionInfo: status 500 {}', '\tat a.b$c.invoke(b.clj:1)'],
    'uncaught: clojure.lang.ExceptionInfo: status 500 {}',
  ],
  [
    ['could not post #error {', ' :cause "refused"', ' :via', ' [{:type java.io.IOException'],
    'could not post: refused',
  ],
  [
    [
      'gave up',
      'java.lang.RuntimeException: wrapped',
      '\tat a.b$c.invoke(b.clj:1)',
      'Caused by: java.io.IOException: the root',
      '\tSuppressed: java.io.IOException: closed too',
    ],
    'java.io.IOException: the root',
  ],
])('the title of errors says what failed: %j', ([message, ...trace], title) => {
  const head = `${ago(MINUTE).toISOString()} [] [pool-4-thread-1] ERROR schedulerer.core ${message}`;
  const said = [head, ...trace].map((text) => [MINUTE, text] as const);
  const logs = withLog(log('schedulerer', [...beats('schedulerer'), ...said]));
  const [finding] = diagnose(snapshot({ logs, server: NO_UI })).findings;
  expect(finding?.title).toBe(`schedulerer logs errors: ${title}`);
});

test('the steps are those of the tree, each with its numbers', () => {
  const { steps } = diagnose(snapshot());
  expect(steps.map(({ step, state }) => `${step}: ${state}`)).toEqual([
    'pods: ok',
    'legacy-dispatcher: ok',
    'dispatcher: ok',
    'schedulerer: ok',
    'nomad: ok',
    'clients: ok',
    'jobs: ok',
    'rabbitmq: ok',
    'output-processor: idle',
    'output port: not-asked',
    'server: ok',
  ]);
  expect(steps[2]?.text).toBe('1 build in 30m, last 4m ago, last heartbeat 20s ago');
  expect(steps[5]?.text).toBe('2 of 2 accept builds, 2 builds running there');
});

test('the verdict does not say that builds get through if a step has no ready pod', () => {
  const starting = { health: 'starting', ready: 0, status: 'ContainerCreating' } as const;
  const pods = withPods(pod('dispatcher', starting, { createdAt: ago(20_000) }));
  const { verdict, steps, findings } = diagnose(snapshot({ pods }));
  expect(findings.map(({ code }) => code)).toEqual(['CQ0902']);
  expect(steps[2]).toMatchObject({
    state: 'warning',
    text: 'no pod is ready: ContainerCreating, 20s old; 1 build in 30m, last 4m ago, last heartbeat 20s ago',
  });
  expect(verdict).toMatchObject({
    state: 'unknown',
    text: 'dispatcher has no ready pod, so no build gets through: dispatcher-1 is ContainerCreating, 20s old. Check again in a minute.',
    next: 'circleci-admin pods describe dispatcher-1',
  });
});

test('a lost node is one finding, which lists everything that is down with it', () => {
  const lost = { health: 'not-ready', lostNode: 'worker-2' } as const;
  const pods = withPods(
    pod('frontend', { ...lost, status: 'Pending' }),
    pod('circleci-nomad', { ...lost, status: 'Terminating', blocksReplacement: true }),
  );
  const { findings } = diagnose(snapshot({ pods }));
  expect(findings.map(({ title }) => title)).toEqual([
    'node worker-2 is lost, and circleci-nomad and frontend are down with it',
  ]);
  expect(findings[0]).toMatchObject({ subject: 'circleci-nomad', severity: 'error' });
  expect(findings[0]?.remedy.commands).toContain('kubectl delete node worker-2');
});

test('lost nodes explain that Nomad cannot be reached, and not each other', () => {
  const down = (name: string, lostNode: string) => pod(name, { health: 'not-ready', lostNode });
  const pods = withPods(
    ...['circleci-mongodb', 'circleci-nomad', 'frontend', 'legacy-dispatcher', 'schedulerer'].map(
      (name) => down(name, 'worker-1'),
    ),
    down('dispatcher', 'worker-2'),
  );
  const message = 'Nomad cannot be reached\n  proxy: refused\n  exec: no shell';
  const none = failed('NOMAD_UNREACHABLE', message);
  const nomad = { ...snapshot().nomad, leader: none, clients: none, jobs: none };
  const { findings, steps, verdict } = diagnose(snapshot({ pods, nomad }));
  expect(findings.map(({ code, causedBy }) => [code, causedBy])).toEqual([
    ['CQ0107', null],
    ['CQ0107', null],
    ['CQ0901', 'CQ0107'],
  ]);
  expect(verdict.text).toMatch(
    /^node worker-1 is lost, and circleci-mongodb, circleci-nomad, \S+ and 2 more services are down with it\./,
  );
  // The attempts are evidence, each in its own line; elsewhere, the first line says enough.
  expect(findings[2]?.evidence).toEqual(
    expect.arrayContaining([
      { kind: 'fact', text: 'its leader, its clients, its jobs: Nomad cannot be reached' },
      { kind: 'fact', text: 'exec: no shell' },
    ]),
  );
  expect(steps.find(({ step }) => step === 'clients')?.text).toBe('Nomad cannot be reached');
});

test('the pipeline and its notes come from the facts, where they are known already', () => {
  const notes = ['The profile says server 4.8, but dispatcher is here.'];
  const of = diagnose(snapshot(), { pipeline: 'dispatcher', notes });
  expect(of.pipeline).toBe('dispatcher');
  expect(of.notes[0]).toBe(notes[0]);
  expect(of.steps.map(({ step }) => step)).not.toContain('legacy-dispatcher');
});

test('notes say what was not checked, and which clocks differ', () => {
  const { notes } = diagnose(
    snapshot({
      clocks: { kubernetesAheadMs: -95_000, nomadAheadMs: 10_000, serverAheadMs: null },
      server: NO_UI,
    }),
  );
  expect(notes).toEqual([
    "The server's own queues were not checked: nothing is set up.",
    'Port 8585 was not checked from the clients: SSH is not set up.',
    'The clock of Kubernetes is 1m35s behind the clock of this machine; ages are corrected.',
  ]);
});
