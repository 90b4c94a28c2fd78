import type { BuildName } from './build.ts';
import { workloadOf } from './form.ts';
import { type Entry, formatEntry } from './log-format.ts';
import { type BuildSize, resourceClass } from './resource-class.ts';
import type { Dispatching, PipelineForm, PipelineService } from './scenario.ts';
import { noLeaderTrace, outputTrace, startTrace, taskTrace } from './stack-traces.ts';
import type { BuildEvent, Wording } from './wording.ts';

/** From a build's start to the first line of any service, in milliseconds. */
export const TO_FIRST_MS = 20;
/** From what legacy-dispatcher forwarded to the dispatcher's first line. */
export const TO_DISPATCHER_MS = 148;
/** From the dispatcher's last line to the schedulerer's first. */
export const TO_SCHEDULERER_MS = 205;
/** From the schedulerer's first line to Nomad's answer. */
const POST_MS = 14;
/** From a task's start or end to the output-processor's line. */
export const TO_OUTPUT_MS = 60;

const FORWARD_MS = 10;
const COMPUTED_MS = 71;

/** From a build's start until it is a job, if nothing holds it up. */
export const TO_NOMAD_MS =
  TO_FIRST_MS + FORWARD_MS + TO_DISPATCHER_MS + COMPUTED_MS + TO_SCHEDULERER_MS + POST_MS;

/** One line of a service's work, so many milliseconds after its first. */
export interface Step {
  readonly afterMs: number;
  readonly event: BuildEvent;
}

/** What each service says of a build, at the distances of the operations guide's samples. */
export const STEPS: Readonly<Record<Dispatching, readonly Step[]>> = {
  'legacy-dispatcher': [
    { afterMs: 0, event: 'got-usage-event' },
    { afterMs: FORWARD_MS, event: 'forwarded' },
    { afterMs: FORWARD_MS, event: 'publishing' },
  ],
  dispatcher: [
    { afterMs: 0, event: 'popped' },
    { afterMs: 4, event: 'compressed' },
    { afterMs: 70, event: 'agent-image' },
    { afterMs: 70, event: 'resource-class' },
    { afterMs: COMPUTED_MS, event: 'computed' },
  ],
  schedulerer: [
    { afterMs: 0, event: 'got-task' },
    { afterMs: 1, event: 'posting' },
    { afterMs: POST_MS, event: 'posted' },
  ],
};

/** When each service began with a build that was posted at a moment and met no trouble. */
export function beganAt(service: Dispatching, postedAt: number): number {
  const got = postedAt - POST_MS;
  if (service === 'schedulerer') return got;
  const popped = got - TO_SCHEDULERER_MS - COMPUTED_MS;
  return service === 'dispatcher' ? popped : popped - TO_DISPATCHER_MS - FORWARD_MS;
}

/** Milliseconds from a service's first line of a build to its last. */
export function workMs(service: Dispatching): number {
  return STEPS[service].at(-1)?.afterMs ?? 0;
}

/** A build, and what it asks for. */
export interface SizedBuild {
  readonly name: BuildName;
  readonly size: BuildSize;
}

const USAGE = 'circle.backend.build.usage-queue';
const ASYNC = 'async-thread-macro-1';
const POOL = 'pool-43-thread-13';
const GRPC = 'grpc-default-executor-7';

const NAMESPACES: Readonly<Record<BuildEvent, string>> = {
  'got-usage-event': USAGE,
  forwarded: USAGE,
  publishing: USAGE,
  popped: 'picard-dispatcher.core',
  compressed: 'circle.model.build',
  'agent-image': 'picard-dispatcher.tasks',
  'resource-class': 'picard-dispatcher.tasks',
  computed: 'picard-dispatcher.tasks',
  'got-task': 'schedulerer.core',
  posting: 'schedulerer.scheduler',
  posted: 'schedulerer.scheduler',
  'post-failed': 'schedulerer.scheduler',
  'no-leader': 'schedulerer.scheduler',
  'task-started': 'output-processor.grpc',
  'task-finished': 'output-processor.grpc',
  'output-failed': 'output-processor.grpc',
};

const MAIN: Readonly<Record<PipelineService, string>> = {
  'legacy-dispatcher': 'circle.backend.init',
  dispatcher: 'picard-dispatcher.init',
  schedulerer: 'schedulerer.core',
  'output-processor': 'output-processor.core',
};

const THREADS: Readonly<Record<PipelineService, string>> = {
  'legacy-dispatcher': 'main',
  dispatcher: ASYNC,
  schedulerer: POOL,
  'output-processor': GRPC,
};

/** Writes the lines of the services, in some words and by the clocks of their nodes. */
export class Scribe {
  readonly #form: PipelineForm;
  readonly #wording: Wording;
  readonly #skewMs: Readonly<Record<string, number>>;

  constructor(form: PipelineForm, wording: Wording, skewMs: Readonly<Record<string, number>>) {
    this.#form = form;
    this.#wording = wording;
    this.#skewMs = skewMs;
  }

  /** What a service says of a build at a moment of true time; the stack trace of an error with it. */
  ofBuild(service: PipelineService, event: BuildEvent, build: SizedBuild, at: number): string {
    const trace = this.#trace(service, event, build);
    return this.#format(service, at, {
      level: trace === null ? 'INFO' : 'ERROR',
      thread: THREADS[service],
      namespace: this.#namespace(service, NAMESPACES[event]),
      message: this.#wording.phrase(event),
      details: this.#details(event, build),
      trace,
    });
  }

  /** What a service says every minute, or when it starts. */
  ofItself(service: PipelineService, event: 'beat' | 'starting', at: number): string {
    return this.#format(service, at, {
      level: 'INFO',
      thread: 'main',
      namespace: this.#namespace(service, MAIN[service]),
      message: this.#wording.phrase(event),
      details: {},
    });
  }

  /** What a service says that ends while it starts. */
  startFailed(service: PipelineService, at: number): string {
    return this.#format(service, at, {
      level: 'ERROR',
      thread: 'main',
      namespace: this.#namespace(service, MAIN[service]),
      message: this.#wording.phrase('start-failed'),
      details: {},
      trace: startTrace(),
    });
  }

  /** An entry of a library that a service uses, at a moment of true time. */
  ofLibrary(service: PipelineService, entry: Entry, at: number): string {
    return this.#format(service, at, entry);
  }

  /** A moment by the clock of a service's node. */
  clockOf(service: PipelineService, at: number): number {
    return at + (this.#skewMs[service] ?? 0);
  }

  /** The stack trace that goes with an event, with the frames of the service that prints it. */
  #trace(service: PipelineService, event: BuildEvent, { name }: SizedBuild): string | null {
    const own = workloadOf(this.#form, service).replaceAll('-', '_');
    const task = this.#form.namesBuilds ? name.jobId : '';
    if (event === 'post-failed') return taskTrace(task, own);
    if (event === 'no-leader') return noLeaderTrace(own);
    return event === 'output-failed' ? outputTrace(own) : null;
  }

  /** What says it in 3.x, and the service itself where another plays that part. */
  #namespace(service: PipelineService, own: string): string {
    const workload = workloadOf(this.#form, service);
    return workload === service ? own : workload;
  }

  #format(service: PipelineService, at: number, entry: Entry): string {
    return formatEntry(this.#form.entries, service, this.clockOf(service, at), entry);
  }

  #details(event: BuildEvent, build: SizedBuild): Readonly<Record<string, string>> {
    const { name, size } = build;
    if (!this.#form.namesBuilds) return {};
    const key = (word: string): string => this.#wording.key(word);
    const slug = `${name.org}/${name.repo}`;
    switch (event) {
      case 'forwarded':
        return { [key('build-name')]: `${slug}/${name.number}` };
      case 'resource-class':
        return {
          [key('build-id')]: name.id,
          [key('build-url')]: name.url,
          'resource-class': resourceClass(size).edn,
          'vcs-url': `https://github.com/${slug}`,
        };
      case 'got-task':
        return {
          [key('task-name')]: name.jobId,
          task: taskMap(build, this.#form.output.address),
          version: '0.1.53171',
        };
      case 'task-started':
      case 'task-finished':
      case 'output-failed':
      case 'post-failed':
      case 'no-leader':
        return { [key('task-name')]: name.jobId };
      default:
        return {};
    }
  }
}

/** The task as Clojure prints it, with the fields of the operations guide's sample. */
function taskMap({ name, size }: SizedBuild, output: string): string {
  const { id, cpus, ramMb } = resourceClass(size);
  const fields = [
    ':disk-mb 0',
    `:task-id "${name.id}-0-build"`,
    `:resource_class_id "${id}"`,
    `:name "${name.id}-0-build-${name.org}/${name.repo}/${name.number}"`,
    ':build-agent-image "1.0.48635-2552da21"',
    `:ram ${ramMb}`,
    `:event_processor_uri "http://${output}"`,
    `:resource-class-id "${id}"`,
    `:ram-mb ${ramMb}`,
    ':executor "docker"',
    ':build_agent_image "1.0.48635-2552da21"',
    `:metadata {:build_url "${name.url}", :env "development", :debug false}`,
    `:cpus ${cpus}`,
  ];
  return `{${fields.join(', ')}}`;
}
