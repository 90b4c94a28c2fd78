import {
  adding,
  ago,
  beats,
  client,
  failed,
  healthyLogs,
  type Ill,
  inUi,
  job,
  jobIdOf,
  listed,
  log,
  NO_UI,
  NOTHING,
  pending,
  pod,
  says,
  snapshot,
  sure,
  WELL_BUILD,
  withLog,
  withPods,
} from './snapshot.ts';
import { LOST_TASKS, WHOLE_BUILDS } from './task-cases.ts';

/** In milliseconds. */
export const MINUTE = 60_000;
/** A build that is lost. */
export const LOST = 'acme/web/42';

/** The pods of the pipeline in server 4.3. */
const LATE_PODS = [
  pod('dispatcher', {}, { service: 'distributor', workload: 'distributor-dispatcher' }),
  pod('schedulerer', {}, { service: 'docker-provisioner', workload: 'docker-provisioner' }),
  pod('output-processor', {}, { service: 'output', workload: 'output' }),
];

const TRACE = [
  'java.net.ConnectException: Connection refused',
  '\tat java.net.PlainSocketImpl.socketConnect(Native Method)',
  '\tat schedulerer.nomad$post.invoke(nomad.clj:118)',
  'Caused by: java.io.IOException: broken',
];

function errorAt(ageMs: number, about: string, namespace = 'schedulerer.scheduler') {
  const head = `${ago(ageMs).toISOString()} [] [pool-43-thread-13] ERROR ${namespace} ${about};`;
  return [head, ...TRACE].map((text) => [ageMs, text] as const);
}

/**
 * The log of builds that pass through the schedulerer every two minutes, from one age to another.
 */
function buildsThroughSchedulerer(fromMs: number, toMs: number) {
  const ages: number[] = [];
  for (let age = fromMs; age >= toMs; age -= 2 * MINUTE) ages.push(age);
  return ages.flatMap((age, at) => says.schedulerer(`acme/api/${100 + at}`, age));
}

/** The regular log lines of an output-processor, from one age to another. */
function storing(fromMs: number, toMs: number, kinds = ['step', 'artifact', 'test results']) {
  const ages: number[] = [];
  for (let age = fromMs; age >= toMs; age -= 10_000) ages.push(age);
  return ages.map((age, at) => {
    const kind = kinds[at % kinds.length];
    const text = `${ago(age).toISOString()} [] [grpc-7] INFO output-processor.grpc ${kind} ${at} in;`;
    return [age, text] as const;
  });
}

/** Errors of these ages, each with a stack trace. */
function errorsAt(ages: readonly number[], about: string, namespace: string) {
  return ages.flatMap((age) => errorAt(age, about, namespace));
}

/** Ages at intervals of a minute. */
function everyMinute(fromMs: number, toMs: number): readonly number[] {
  const ages: number[] = [];
  for (let age = fromMs; age >= toMs; age -= MINUTE) ages.push(age);
  return ages;
}

/** A log in which the build was forwarded five minutes ago. */
export const LOST_BEFORE_DISPATCHER = adding('legacy-dispatcher', says.legacy(LOST, 5 * MINUTE));
const LOST_BEFORE_SCHEDULERER = [
  LOST_BEFORE_DISPATCHER,
  adding('dispatcher', says.dispatcher(LOST, 5 * MINUTE)),
  ...healthyLogs().slice(2),
];

/** Problems and the findings for each: `?` for warnings, and the cause of effects. */
export const BROKEN: readonly (readonly [string, Ill, readonly string[]])[] = [
  ...LOST_TASKS,
  [
    'a pod of the pipeline crash-loops',
    {
      pods: withPods(
        pod('dispatcher', {
          health: 'not-ready',
          ready: 0,
          status: 'CrashLoopBackOff',
          restarts: 7,
        }),
      ),
    },
    ['CQ0101'],
  ],
  [
    'a pod that crash-loops is running at the moment',
    {
      pods: withPods(
        pod(
          'dispatcher',
          { restarts: 9, lastRestartAt: ago(20_000) },
          { createdAt: ago(40 * MINUTE) },
        ),
      ),
    },
    ['CQ0101?'],
  ],
  [
    'a pod that is OOM-killed repeatedly is not only a crash loop',
    {
      pods: withPods(
        pod('output-processor', {
          health: 'not-ready',
          ready: 0,
          status: 'CrashLoopBackOff',
          restarts: 3,
          restartReason: 'OOMKilled',
          lastRestartAt: ago(MINUTE),
        }),
      ),
    },
    ['CQ0102'],
  ],
  [
    'a pod was OOM-killed recently and is ready again',
    {
      pods: withPods(
        pod('output-processor', {
          restarts: 1,
          restartReason: 'OOMKilled',
          lastRestartAt: ago(10 * MINUTE),
        }),
      ),
    },
    ['CQ0102?'],
  ],
  [
    'an image of an init container cannot be pulled',
    {
      pods: withPods(
        pod(
          'scheduler',
          { health: 'not-ready', status: 'Init:ImagePullBackOff' },
          { stage: 'schedulerer' },
        ),
      ),
    },
    ['CQ0103'],
  ],
  [
    'no node can run the pod of RabbitMQ',
    {
      pods: withPods(
        pod('circleci-rabbitmq', {
          health: 'not-ready',
          status: 'Pending',
          why: 'cannot be scheduled: 0/3 nodes are available: 3 Insufficient memory.',
        }),
      ),
    },
    ['CQ0104'],
  ],
  [
    'for a moment, no node can run the pod of the dispatcher',
    {
      pods: withPods(
        pod(
          'dispatcher',
          { health: 'not-ready', ready: 0, status: 'Pending', why: 'cannot be scheduled: no CPU' },
          { createdAt: ago(20_000) },
        ),
      ),
    },
    ['CQ0104'],
  ],
  [
    'a pod has just started',
    {
      pods: withPods(
        pod('dispatcher', { health: 'not-ready', ready: 0 }, { createdAt: ago(MINUTE) }),
      ),
    },
    ['CQ0902?'],
  ],
  [
    'a pod was created a moment ago and is not scheduled yet',
    {
      pods: withPods(
        pod(
          'dispatcher',
          { health: 'not-ready', ready: 0, status: 'Pending', why: 'cannot be scheduled: no CPU' },
          { createdAt: ago(5_000) },
        ),
      ),
    },
    ['CQ0902?'],
  ],
  [
    'a new pod waits for a missing Secret',
    {
      pods: withPods(
        pod(
          'dispatcher',
          { health: 'not-ready', ready: 0, status: 'CreateContainerConfigError' },
          { createdAt: ago(5_000) },
        ),
      ),
    },
    ['CQ0105'],
  ],
  [
    'a node with the Nomad server and other pods is lost',
    {
      nomad: {
        leader: failed('NOMAD_UNREACHABLE', 'cannot be reached'),
        clients: failed('NOMAD_UNREACHABLE', 'cannot be reached'),
        jobs: failed('NOMAD_UNREACHABLE', 'cannot be reached'),
      },
      pods: withPods(
        pod('frontend', {
          health: 'not-ready',
          status: 'Pending',
          lostNode: 'worker-2',
        }),
        pod('circleci-nomad', {
          health: 'not-ready',
          status: 'Terminating',
          lostNode: 'worker-2',
          blocksReplacement: true,
        }),
      ),
    },
    ['CQ0107', 'CQ0901 from CQ0107'],
  ],
  [
    'a pod is Running but not ready',
    { pods: withPods(pod('circleci-mongodb', { health: 'not-ready', ready: 0 })) },
    ['CQ0105'],
  ],
  [
    'the dispatcher is scaled to zero, and messages wait in its queue',
    {
      pods: sure(snapshotPods().filter(({ stage }) => stage !== 'dispatcher')),
      workloads: sure([
        {
          kind: 'Deployment',
          name: 'dispatcher',
          service: 'dispatcher',
          stage: 'dispatcher',
          replicas: 0,
          ready: 0,
        },
      ]),
      logs: [LOST_BEFORE_DISPATCHER, ...healthyLogs().slice(2)],
      rabbitmq: sure([
        { vhost: '/', name: 'run-queue', messages: 3, unacknowledged: 0, consumers: 0 },
      ]),
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0106', 'CQ0801 from CQ0106'],
  ],
  ['the namespace is empty', { pods: sure([]), logs: [], workloads: sure([]) }, ['CQ0106']],
  [
    'a build is lost between the dispatchers',
    { logs: withLog(LOST_BEFORE_DISPATCHER), server: { builds: listed(inUi(LOST, 'queued')) } },
    ['CQ0202'],
  ],
  [
    'builds have waited since before the pod of the dispatcher was replaced',
    {
      logs: [
        adding('legacy-dispatcher', says.legacy(LOST, 10 * MINUTE)),
        log('dispatcher', beats('dispatcher', 5 * MINUTE), { startedAt: ago(5 * MINUTE) }),
        ...healthyLogs().slice(2),
      ],
      server: { builds: listed(inUi(LOST, 'queued', 10 * MINUTE)) },
    },
    ['CQ0204'],
  ],
  [
    'builds of server 4.3 wait, and its logs name no builds',
    {
      serverVersion: '4.3',
      pods: sure(LATE_PODS),
      logs: [
        log('dispatcher', [
          [5 * MINUTE, '{"level":"info","logger":"distributor","msg":"got job"}'],
        ]),
        log('schedulerer', [[20 * MINUTE, '{"level":"info","msg":"posted to nomad"}']]),
        log('output-processor', []),
      ],
      server: { builds: listed(inUi(LOST, 'queued', 5 * MINUTE)) },
    },
    ['CQ0205'],
  ],
  [
    'a build is lost, and only the logs can be read',
    {
      logs: withLog(adding('legacy-dispatcher', says.legacy(LOST, 3.5 * MINUTE))),
      server: NO_UI,
      rabbitmq: NOTHING,
      nomad: { leader: NOTHING, clients: NOTHING, jobs: NOTHING },
    },
    ['CQ0202'],
  ],
  [
    'a build may be lost or cancelled, and later ones got through',
    { logs: withLog(LOST_BEFORE_DISPATCHER), server: NO_UI },
    ['CQ0202?'],
  ],
  [
    'a lost build is forwarded repeatedly',
    {
      logs: withLog(
        adding(
          'legacy-dispatcher',
          everyMinute(9.5 * MINUTE, 0).flatMap((age) => says.legacy(LOST, age)),
        ),
      ),
      server: NO_UI,
    },
    ['CQ0202'],
  ],
  [
    'of recent builds many are lost, and some get through',
    {
      logs: [
        adding(
          'legacy-dispatcher',
          [9, 7, 5].flatMap((at) => says.legacy(`acme/web/${50 + at}`, at * MINUTE)),
        ),
        ...healthyLogs().slice(1),
      ],
      server: NO_UI,
    },
    ['CQ0202'],
  ],
  [
    'no stage has received a build',
    { server: { builds: listed(inUi(LOST, 'queued')) } },
    ['CQ0203'],
  ],
  [
    'the dispatcher hangs, and a build waits for it',
    {
      logs: [
        LOST_BEFORE_DISPATCHER,
        log('dispatcher', beats('dispatcher', 29 * MINUTE, 9 * MINUTE)),
        ...healthyLogs().slice(2),
      ],
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0302', 'CQ0202 from CQ0302'],
  ],
  [
    'the dispatcher hangs, and no build waits',
    {
      logs: withLog(
        log('dispatcher', [
          ...beats('dispatcher', 29 * MINUTE, 9 * MINUTE),
          ...says.dispatcher(WELL_BUILD, 11 * MINUTE),
        ]),
      ),
    },
    ['CQ0302?'],
  ],
  [
    'a task is lost before the schedulerer',
    { logs: LOST_BEFORE_SCHEDULERER, server: { builds: listed(inUi(LOST, 'queued')) } },
    ['CQ0303'],
  ],
  [
    'the schedulerer fails with an error about the task',
    {
      logs: [
        ...LOST_BEFORE_SCHEDULERER.slice(0, 2),
        adding('schedulerer', [
          ...says.schedulerer(LOST, 5 * MINUTE, false),
          ...errorAt(5 * MINUTE - 10, 'error posting task to nomad'),
        ]),
        ...healthyLogs().slice(3),
      ],
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0401', 'CQ0403 from CQ0401'],
  ],
  [
    'the schedulerer fails, and only its log can be read',
    {
      logs: withLog(
        log('schedulerer', [...beats('schedulerer'), ...errorAt(2 * MINUTE, 'cannot connect')]),
      ),
      server: NO_UI,
    },
    ['CQ0401'],
  ],
  [
    'the schedulerer received a task and did not post it',
    {
      logs: [
        ...LOST_BEFORE_SCHEDULERER.slice(0, 2),
        adding('schedulerer', says.schedulerer(LOST, 5 * MINUTE, false)),
        ...healthyLogs().slice(3),
      ],
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0403'],
  ],
  [
    'legacy-dispatcher fails, and only its log can be read',
    {
      logs: withLog(
        adding(
          'legacy-dispatcher',
          errorAt(2 * MINUTE, 'cannot reach MongoDB', 'circle.backend.build.usage-queue'),
        ),
      ),
      server: NO_UI,
    },
    ['CQ0201'],
  ],
  [
    'the schedulerer fails with an error about a build that reached Nomad long before',
    {
      logs: withLog(
        adding('schedulerer', [
          ...says.schedulerer(WELL_BUILD, 2 * MINUTE, false),
          ...errorAt(2 * MINUTE - 10, 'error posting task to nomad'),
        ]),
      ),
      nomad: { jobs: sure([job(WELL_BUILD, { submittedAt: ago(20 * MINUTE) })]) },
      server: NO_UI,
    },
    ['CQ0401'],
  ],
  [
    'errors begin when builds stop there, although others get through',
    {
      logs: [
        adding(
          'legacy-dispatcher',
          [9, 7, 5].flatMap((at) => says.legacy(`acme/web/${50 + at}`, at * MINUTE)),
        ),
        adding(
          'dispatcher',
          errorsAt(
            [9, 7, 5].map((at) => at * MINUTE - 200),
            'gone',
            'picard-dispatcher.core',
          ),
        ),
        ...healthyLogs().slice(2),
      ],
      server: NO_UI,
    },
    ['CQ0301', 'CQ0202 from CQ0301'],
  ],
  [
    'a build is lost, and a library logs unrelated errors as it always does',
    {
      logs: [
        LOST_BEFORE_DISPATCHER,
        log('dispatcher', [
          ...beats('dispatcher'),
          ...says.dispatcher('acme/api/1', 25 * MINUTE),
          ...errorsAt(everyMinute(29 * MINUTE, 0), 'no status', 'circle.github.api'),
        ]),
        adding('schedulerer', says.schedulerer('acme/api/1', 25 * MINUTE)),
        ...healthyLogs().slice(3),
      ],
      nomad: { jobs: sure([]) },
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0202', 'CQ0301?'],
  ],
  [
    'builds get through despite errors, until none does',
    {
      logs: withLog(
        log('schedulerer', [
          ...beats('schedulerer'),
          ...buildsThroughSchedulerer(29 * MINUTE, 12 * MINUTE),
          ...errorsAt([25 * MINUTE, 18 * MINUTE], 'connection lost', 'schedulerer.queue'),
          ...errorsAt(everyMinute(11 * MINUTE, MINUTE), 'connection lost', 'schedulerer.queue'),
        ]),
      ),
      server: NO_UI,
    },
    ['CQ0401'],
  ],
  [
    'the output-processor fails, and then only repeats one line',
    {
      logs: withLog(
        log('output-processor', [
          ...errorAt(20 * MINUTE, 'cannot reach MongoDB', 'output-processor.core'),
          ...storing(19 * MINUTE, 0, ['waiting']),
        ]),
      ),
      server: NO_UI,
    },
    ['CQ0702'],
  ],
  [
    'the output-processor fails repeatedly in between',
    {
      logs: withLog(
        log('output-processor', [
          ...storing(25 * MINUTE, 0),
          ...errorsAt(
            everyMinute(10 * MINUTE, 0).flatMap((age) => [age + 30_000, age]),
            'cannot reach MongoDB',
            'output-processor.core',
          ),
        ]),
      ),
      server: NO_UI,
    },
    ['CQ0702'],
  ],
  [
    'the dispatcher fails, and forwarded builds stay there',
    {
      logs: [
        LOST_BEFORE_DISPATCHER,
        adding('dispatcher', errorAt(2 * MINUTE, 'lost connection', 'picard-dispatcher.core')),
        ...healthyLogs().slice(2),
      ],
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0301', 'CQ0202 from CQ0301'],
  ],
  [
    'the schedulerer hangs, and tasks wait for it',
    {
      logs: [
        ...LOST_BEFORE_SCHEDULERER.slice(0, 2),
        log('schedulerer', beats('schedulerer', 29 * MINUTE, 9 * MINUTE)),
        ...healthyLogs().slice(3),
      ],
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0402', 'CQ0303 from CQ0402'],
  ],
  [
    'Nomad has no leader',
    {
      nomad: {
        leader: sure(null),
        clients: failed('NOMAD_NO_LEADER', 'No cluster leader'),
        jobs: failed('NOMAD_NO_LEADER', 'No cluster leader'),
      },
    },
    ['CQ0501'],
  ],
  [
    'Nomad has no leader, so its pod is not ready',
    {
      nomad: {
        leader: failed('NOMAD_NO_LEADER', 'No cluster leader'),
        clients: failed('NOMAD_NO_LEADER', 'No cluster leader'),
        jobs: failed('NOMAD_NO_LEADER', 'No cluster leader'),
      },
      pods: withPods(pod('circleci-nomad', { health: 'not-ready', ready: 0 })),
    },
    ['CQ0501', 'CQ0105 from CQ0501'],
  ],
  [
    'some Nomad servers crash, and the others have no leader',
    {
      nomad: {
        leader: sure(null),
        clients: failed('NOMAD_NO_LEADER', 'No cluster leader'),
        jobs: failed('NOMAD_NO_LEADER', 'No cluster leader'),
      },
      pods: withPods(
        pod('circleci-nomad', { health: 'not-ready', status: 'CrashLoopBackOff', restarts: 9 }),
      ),
    },
    ['CQ0101', 'CQ0501 from CQ0101'],
  ],
  ['there are no clients, and no builds wait', { nomad: { clients: sure([]) } }, ['CQ0502']],
  [
    'all clients are draining, and a build waits',
    {
      nomad: {
        clients: sure([
          client('a', { draining: true, eligible: false }),
          client('b', { draining: true, eligible: false }),
        ]),
        jobs: sure([pending(LOST, 'no-clients', 'no client accepts builds: 2 draining')]),
      },
      server: { builds: sure([inUi(LOST, 'queued')]) },
    },
    ['CQ0503'],
  ],
  [
    'all clients are down',
    {
      nomad: { clients: sure([client('a', { status: 'down' }), client('b', { status: 'down' })]) },
    },
    ['CQ0504'],
  ],
  [
    'no client accepts builds, each for a different reason',
    {
      nomad: {
        clients: sure([client('a', { status: 'down' }), client('b', { eligible: false })]),
      },
    },
    ['CQ0505'],
  ],
  [
    'one client went down without being drained',
    { nomad: { clients: sure([client('a'), client('b', { status: 'down' })]) } },
    ['CQ0506?'],
  ],
  ...(
    [
      ['all-full', 'CQ0601'],
      ['mixed', 'CQ0601'],
      ['too-large', 'CQ0602'],
      ['constraint', 'CQ0603'],
      ['driver-missing', 'CQ0604'],
      ['unknown-datacenter', 'CQ0604'],
      ['unknown-node-pool', 'CQ0604'],
      ['no-evaluation', 'CQ0605'],
      ['scheduler-failed', 'CQ0605'],
    ] as const
  ).map(
    ([kind, code]) =>
      [
        `a job is pending: ${kind}`,
        { nomad: { jobs: sure([job(WELL_BUILD), pending(LOST, kind, 'so it is')]) } },
        [code],
      ] as const,
  ),
  [
    'a build is running in Nomad and queued in the UI',
    {
      nomad: { jobs: sure([job(WELL_BUILD), job(LOST)]) },
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0701'],
  ],
  [
    'a build has ended in Nomad and is running in the UI',
    {
      nomad: {
        jobs: sure([
          job(LOST, { status: 'dead', finishedAt: ago(4 * MINUTE), outcome: 'completed' }),
        ]),
      },
      server: { builds: sure([inUi(LOST, 'running', 6 * MINUTE)]) },
    },
    ['CQ0705'],
  ],
  [
    'the output-processor fails, and the UI does not show running builds',
    {
      logs: withLog(
        adding('output-processor', errorAt(MINUTE, 'cannot store event', 'output-processor.grpc')),
      ),
      nomad: { jobs: sure([job(WELL_BUILD), job(LOST)]) },
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0702', 'CQ0701 from CQ0702'],
  ],
  [
    'port 8585 is closed',
    {
      outputPort: sure([
        {
          clientId: 'a-id',
          client: 'a',
          check: 'output-processor',
          host: 'output.prod.circleci.internal',
          port: 8585,
          outcome: 'failed',
          exitCode: 28,
          meaning: 'no answer in time',
          hint: null,
        },
      ]),
      nomad: {
        jobs: sure([job(WELL_BUILD), job(LOST)]),
        agentLogs: [
          {
            jobId: jobIdOf(LOST),
            allocationId: 'x',
            nodeName: 'a',
            log: sure([
              'starting',
              '{"error":"rpc error: code = Unavailable desc = grpc: the connection is unavailable","level":"warning","msg":"error fetching config, retrying"}',
            ]),
          },
        ],
      },
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0703', 'CQ0704 from CQ0703', 'CQ0701 from CQ0703'],
  ],
  [
    'messages pile up, and builds are lost',
    {
      logs: withLog(LOST_BEFORE_DISPATCHER),
      rabbitmq: sure([
        { vhost: '/', name: 'run-queue', messages: 4812, unacknowledged: 0, consumers: 0 },
      ]),
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0801', 'CQ0202 from CQ0801'],
  ],
  [
    'Kubernetes does not respond',
    {
      pods: failed('REQUEST_TIMEOUT', 'no answer', { kind: 'timeout', timedOut: true }),
      workloads: failed('REQUEST_TIMEOUT', 'no answer', { kind: 'timeout', timedOut: true }),
      logs: [],
      rabbitmq: NOTHING,
    },
    ['CQ0901'],
  ],
  [
    'the configured Nomad pod has another name, which hides no cause',
    {
      nomad: {
        leader: failed('NOMAD_POD_NOT_FOUND', 'There is no pod "circleci-nomad-0"'),
        clients: failed('NOMAD_POD_NOT_FOUND', 'There is no pod "circleci-nomad-0"'),
        jobs: failed('NOMAD_POD_NOT_FOUND', 'There is no pod "circleci-nomad-0"'),
      },
      pods: withPods(
        pod('circleci-nomad', {}, { name: 'nomad-server-0' }),
        pod('circleci-mongodb', { health: 'not-ready', status: 'CrashLoopBackOff', restarts: 4 }),
      ),
    },
    ['CQ0101', 'CQ0901?'],
  ],
  [
    'reading logs is forbidden',
    {
      logs: healthyLogs().map((one) => ({
        ...one,
        log: failed('KUBERNETES_FORBIDDEN', 'may not get pods/log', { kind: 'unauthorised' }),
      })),
    },
    ['CQ0901?'],
  ],
  [
    'MongoDB is down, and its dependents and their errors are not separate causes',
    {
      pods: withPods(
        pod('circleci-mongodb', { health: 'not-ready', status: 'CrashLoopBackOff', restarts: 4 }),
        pod('output-processor', { health: 'not-ready', ready: 0 }),
      ),
      logs: withLog(
        adding('output-processor', errorAt(MINUTE, 'cannot store event', 'output-processor.grpc')),
      ),
      nomad: { jobs: sure([job(WELL_BUILD), job(LOST)]) },
      server: { builds: listed(inUi(LOST, 'queued')) },
    },
    ['CQ0101', 'CQ0105 from CQ0101', 'CQ0702 from CQ0101', 'CQ0701 from CQ0101'],
  ],
  [
    'two unrelated causes are listed, the earlier step first',
    {
      logs: withLog(LOST_BEFORE_DISPATCHER),
      nomad: { jobs: sure([job(WELL_BUILD), pending('acme/api/7', 'too-large', 'too large')]) },
      server: { builds: listed(inUi(LOST, 'queued'), inUi('acme/api/7', 'queued')) },
    },
    ['CQ0202', 'CQ0602'],
  ],
];

function snapshotPods() {
  const { pods } = snapshot();
  return pods.status === 'known' ? pods.value : [];
}

/** Situations that look like problems but are not. */
export const WELL: readonly (readonly [string, Ill])[] = [
  ...WHOLE_BUILDS,
  ['everything is healthy', {}],
  ['no build runs', { nomad: { jobs: sure([]) }, server: { builds: sure([]) } }],
  [
    'a pod was restarted days ago, and another one was OOM-killed yesterday',
    {
      pods: withPods(
        pod('circleci-nomad', { restarts: 6, lastRestartAt: ago(48 * 60 * MINUTE) }),
        pod('circleci-mongodb', {
          restarts: 1,
          restartReason: 'OOMKilled',
          lastRestartAt: ago(24 * 60 * MINUTE),
        }),
      ),
    },
  ],
  ['the pod of Grafana is not ready', { pods: withPods(pod('grafana', { health: 'not-ready' })) }],
  [
    'a build was forwarded a moment ago',
    {
      logs: withLog(adding('legacy-dispatcher', says.legacy(LOST, 2_000))),
      server: { builds: listed(inUi(LOST, 'queued', 3_000)) },
    },
  ],
  [
    'a build was forwarded and then cancelled',
    {
      logs: withLog(LOST_BEFORE_DISPATCHER),
      server: { builds: listed(inUi(LOST, 'canceled')) },
    },
  ],
  [
    'the dispatcher was replaced after it received the build',
    {
      logs: [
        LOST_BEFORE_DISPATCHER,
        log('dispatcher', beats('dispatcher', 3 * MINUTE), { startedAt: ago(4 * MINUTE) }),
        ...healthyLogs().slice(2),
      ],
      server: NO_UI,
    },
  ],
  [
    "the node's clock of legacy-dispatcher is 20 minutes behind",
    {
      logs: withLog(log('legacy-dispatcher', says.legacy(LOST, 1_000), { skewMs: -20 * MINUTE })),
      server: { builds: listed(inUi(LOST, 'queued', 1_500)) },
    },
  ],
  [
    'an error has passed',
    {
      logs: withLog(
        adding('schedulerer', [
          ...errorAt(10 * MINUTE, 'connection reset'),
          ...says.schedulerer('acme/api/3', 6 * MINUTE),
        ]),
      ),
    },
  ],
  [
    'a library fails every few minutes, and builds continue at the usual rate',
    {
      logs: withLog(
        log('schedulerer', [
          ...beats('schedulerer'),
          ...buildsThroughSchedulerer(29 * MINUTE, MINUTE),
          ...errorsAt(
            [24, 14, 4, 0.6].map((at) => at * MINUTE),
            'no status',
            'circle.github.api',
          ),
        ]),
      ),
      server: NO_UI,
    },
  ],
  [
    'mistakes of users are logged as exceptions',
    {
      logs: withLog(
        log('schedulerer', [
          ...beats('schedulerer'),
          ...buildsThroughSchedulerer(29 * MINUTE, MINUTE),
          ...everyMinute(28 * MINUTE, 0).map(
            (age) =>
              [
                age,
                '{"severity":"INFO","message":"refused: java.lang.Exception: bad config"}',
              ] as const,
          ),
        ]),
      ),
      server: NO_UI,
    },
  ],
  [
    'the output-processor had a few errors and continues to work',
    {
      logs: withLog(
        log('output-processor', [
          ...storing(29 * MINUTE, 0),
          ...errorsAt(
            [20, 12, 7, 0.5].map((at) => at * MINUTE),
            'peer is gone',
            'io.grpc.netty.NettyServerTransport',
          ),
        ]),
      ),
      server: NO_UI,
    },
  ],
  [
    'a driver logged one warning with a stack trace',
    {
      logs: withLog(
        adding('output-processor', [
          [
            5 * MINUTE,
            `${ago(5 * MINUTE).toISOString()} [] [mongo] WARN org.mongodb.driver.connection closed`,
          ],
          ...TRACE.map((text) => [5 * MINUTE, text] as const),
        ]),
      ),
      server: NO_UI,
    },
  ],
  [
    'a build reached Nomad at the second try',
    {
      logs: withLog(
        log('schedulerer', [
          ...beats('schedulerer'),
          ...says.schedulerer(WELL_BUILD, 2 * MINUTE, false),
          ...errorAt(2 * MINUTE - 10, 'error posting task to nomad'),
        ]),
      ),
      nomad: { jobs: sure([job(WELL_BUILD, { submittedAt: ago(2 * MINUTE - 1_000) })]) },
      server: NO_UI,
    },
  ],
  [
    'words such as "error" are in lines that are not errors',
    {
      logs: withLog(
        adding('dispatcher', [
          [2 * MINUTE, `${ago(2 * MINUTE).toISOString()} [] [main] INFO org.x.Pool errors=0`],
          [
            MINUTE,
            `${ago(MINUTE).toISOString()} [] [main] WARN org.x.Pool ErrorHandler registered`,
          ],
        ]),
      ),
    },
  ],
  [
    'a job has been pending for a moment',
    {
      nomad: { jobs: sure([job(WELL_BUILD), pending(LOST, 'all-full', 'all full', 5_000)]) },
      server: { builds: listed(inUi(LOST, 'queued', 6_000)) },
    },
  ],
  [
    'a build has just started, and the UI does not show it yet',
    {
      nomad: { jobs: sure([job(WELL_BUILD), job(LOST, { startedAt: ago(10_000) })]) },
      server: { builds: listed(inUi(LOST, 'queued', 30_000)) },
    },
  ],
  [
    "Nomad's clock is behind, and Nomad does not report its time",
    {
      clocks: { kubernetesAheadMs: 0, nomadAheadMs: null, serverAheadMs: 0 },
      nomad: {
        jobs: sure([job(LOST, { submittedAt: ago(21 * MINUTE), startedAt: ago(20 * MINUTE) })]),
      },
      server: { builds: sure([inUi(LOST, 'queued', 5_000)]) },
    },
  ],
  [
    'a client was drained before it went down',
    {
      nomad: {
        clients: sure([client('a'), client('b', { status: 'down', eligible: false })]),
      },
    },
  ],
  [
    'a build agent connected at the second try',
    {
      nomad: {
        agentLogs: [
          {
            jobId: jobIdOf(WELL_BUILD),
            allocationId: 'x',
            nodeName: 'a',
            log: sure(['error fetching config, retrying', 'fetched config', 'running step 1']),
          },
        ],
      },
    },
  ],
  [
    'a dead letter queue and a work queue have messages',
    {
      rabbitmq: sure([
        { vhost: '/', name: 'builds.dead-letter', messages: 12, unacknowledged: 0, consumers: 0 },
        { vhost: '/', name: 'run-queue', messages: 20, unacknowledged: 20, consumers: 2 },
      ]),
    },
  ],
  [
    'access to RabbitMQ is forbidden, and no server is configured',
    {
      rabbitmq: failed('KUBERNETES_FORBIDDEN', 'may not create pods/exec', {
        kind: 'unauthorised',
      }),
      server: NO_UI,
    },
  ],
  [
    'curl is missing',
    {
      outputPort: sure([
        {
          clientId: 'a-id',
          client: 'a',
          check: 'output-processor',
          host: 'h',
          port: 8585,
          outcome: 'failed',
          exitCode: 127,
          meaning: 'curl is not installed',
          hint: null,
        },
      ]),
    },
  ],
];
