import { type LogPattern, type LogSource, patternSource } from './log-source.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A build goes through the pipeline this often. */
const BUILD_EVERY_MS = 45_000;
const BEAT_EVERY_MS = 60_000;
const PROJECTS = ['realitycheck', 'server-tests', 'web-app', 'billing'];

interface Build {
  readonly project: string;
  readonly number: number;
  /** 24 hexadecimal digits, as a Mongo object id. */
  readonly id: string;
  readonly task: string;
}

function build(round: number): Build {
  const project = PROJECTS[round % PROJECTS.length] ?? 'realitycheck';
  const number = Math.floor(round / PROJECTS.length) % 10_000;
  const seconds = Math.floor((round * BUILD_EVERY_MS) / 1_000);
  const id = `${seconds.toString(16).padStart(8, '0')}${(round * 2_654_435_761).toString(16).padStart(16, '0').slice(-16)}`;
  return { project, number, id, task: `${id}-0-build-circleci-${project}-${number}` };
}

/** `Jan 20 06:14:59.119:+0000`, as the legacy services write it. */
function legacyTime(at: Date): string {
  const day = String(at.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[at.getUTCMonth()] ?? 'Jan'} ${day} ${at.toISOString().slice(11, 23)}:+0000`;
}

/** `2021-01-20T06:14:59.277+0000`. */
function isoTime(at: Date): string {
  return at.toISOString().replace('Z', '+0000');
}

function legacy(offsetMs: number, message: (build: Build) => string): LogPattern {
  return {
    everyMs: BUILD_EVERY_MS,
    offsetMs,
    text: (at, round) =>
      `${legacyTime(at)} INFO circle.backend.build.usage-queue ${message(build(round))};`,
  };
}

function clojure(offsetMs: number, thread: string, message: (build: Build) => string): LogPattern {
  return {
    everyMs: BUILD_EVERY_MS,
    offsetMs,
    text: (at, round) => `${isoTime(at)} [] [${thread}] INFO ${message(build(round))}`,
  };
}

function beat(offsetMs: number, where: string): LogPattern {
  return {
    everyMs: BEAT_EVERY_MS,
    offsetMs,
    text: (at) => `${isoTime(at)} [] [main] INFO ${where} Still running...;`,
  };
}

const ASYNC = 'async-thread-macro-1';
const POOL = 'pool-43-thread-13';
const CLASS =
  '{:id "d1.medium", :availability :general, :ui {:cpu 2.0, :ram 4096, :class :medium, :name "Docker Medium"}, :outer {:cpu 2.0, :ram 4120}}';

function schedulererTask({ id, task, project, number }: Build): string {
  return `schedulerer.core got task message; task-name=${task}; task={:disk-mb 0, :task-id "${id}-0-build", :name "${id}-0-build-circleci/${project}/${number}", :build-agent-image "1.0.48635-2552da21", :ram-mb 4120, :resource-class-id "d1.medium", :executor "docker", :cpus 2.0}; version=0.1.53171`;
}

const PATTERNS: Readonly<Record<string, readonly LogPattern[]>> = {
  'legacy-dispatcher': [
    legacy(119, () => 'got usage-queue event'),
    legacy(
      129,
      ({ project, number }) => `forwarded to run-queue; build-name=circleci/${project}/${number}`,
    ),
    legacy(130, () => 'publishing event'),
  ],
  dispatcher: [
    clojure(277, ASYNC, () => 'picard-dispatcher.core popped build from build queue;'),
    clojure(281, ASYNC, () => 'circle.model.build Performed compression of config-str;'),
    clojure(347, ASYNC, () => 'picard-dispatcher.tasks Build agent image;'),
    clojure(
      348,
      ASYNC,
      ({ id, project, number }) =>
        `picard-dispatcher.tasks Build is using resource class; build-id=${id}; build-url=https://circleci.sandbox.example/gh/circleci/${project}/${number}; resource-class=${CLASS}; vcs-url=https://github.com/circleci/${project};`,
    ),
    clojure(349, ASYNC, () => 'picard-dispatcher.tasks Computed tasks;'),
    beat(42_005, 'picard-dispatcher.init'),
  ],
  schedulerer: [
    clojure(553, POOL, schedulererTask),
    clojure(554, POOL, () => 'schedulerer.scheduler posting task to nomad;'),
    clojure(567, POOL, () => 'schedulerer.scheduler posted to nomad;'),
    beat(7_896, 'schedulerer.core'),
  ],
  'output-processor': [
    clojure(
      8_204,
      'grpc-default-executor-7',
      ({ task }) => `output-processor.grpc task started; task-name=${task};`,
    ),
    clojure(
      40_871,
      'grpc-default-executor-2',
      ({ task }) => `output-processor.grpc task finished; task-name=${task};`,
    ),
    beat(21_340, 'output-processor.core'),
  ],
  'circleci-telegraf': [
    {
      everyMs: 10_000,
      offsetMs: 0,
      text: (at, round) =>
        `circle.run-queue.latency,host=circleci-telegraf value=${(round * 7) % 40}i ${at.getTime()}000000`,
    },
    {
      everyMs: 10_000,
      offsetMs: 3,
      text: (at, round) =>
        `circle.nomad.server_agent.jobs.running,host=circleci-telegraf value=${round % 9}i ${at.getTime()}000000`,
    },
  ],
  'circleci-nomad': [
    {
      everyMs: 300_000,
      offsetMs: 12_411,
      text: (at) =>
        `    ${at.toISOString().slice(0, 23)}Z [INFO]  nomad.core: garbage collected objects: evals=0 allocs=0`,
    },
  ],
  exim: [],
  'external-dns': [
    {
      everyMs: 60_000,
      offsetMs: 1_900,
      text: (at) =>
        `time="${at.toISOString().slice(0, 19)}Z" level=info msg="All records are already up to date"`,
    },
  ],
};

/** What a healthy service writes by itself; application services that are not named only beat. */
export function healthyLog(workload: string): LogSource {
  return patternSource(PATTERNS[workload] ?? [beat(31_112, `${workload}.core`)]);
}
