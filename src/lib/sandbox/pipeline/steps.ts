import type { BuildName } from './build.ts';
import { workloadOf } from './form.ts';
import { type Entry, formatEntry } from './log-format.ts';
import { type BuildSize, resourceClass } from './resource-class.ts';
import type { Dispatching, PipelineForm, PipelineService } from './scenario.ts';
import { noLeaderTrace, outputTrace, startTrace, taskTrace } from './stack-traces.ts';
import type { BuildEvent, Wording } from './wording.ts';

/** The time from a build's start to the first log line of any service, in milliseconds. */
export const TO_FIRST_MS = 20;
/** The time from legacy-dispatcher's forwarding to the dispatcher's first line. */
export const TO_DISPATCHER_MS = 148;
/** The time from the dispatcher's last line to the schedulerer's first. */
export const TO_SCHEDULERER_MS = 205;
/** The time from the schedulerer's first line to Nomad's response. */
const POST_MS = 14;
/** The time from a task's start or end to the output-processor's line. */
export const TO_OUTPUT_MS = 60;

const FORWARD_MS = 10;
const COMPUTED_MS = 71;

/** The time from a build's start to its job in Nomad, if nothing delays it. */
export const TO_NOMAD_MS =
  TO_FIRST_MS + FORWARD_MS + TO_DISPATCHER_MS + COMPUTED_MS + TO_SCHEDULERER_MS + POST_MS;

/** A log line of a service about a build, with the time since the service's first. */
export interface Step {
  readonly afterMs: number;
  readonly event: BuildEvent;
}

/**
 * The log lines of each service about a build, with the intervals of the operations guide's
 * samples.
 */
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

/** Returns when a service began to process a build that was posted at a time without delay. */
export function beganAt(service: Dispatching, postedAt: number): number {
  const got = postedAt - POST_MS;
  if (service === 'schedulerer') return got;
  const popped = got - TO_SCHEDULERER_MS - COMPUTED_MS;
  return service === 'dispatcher' ? popped : popped - TO_DISPATCHER_MS - FORWARD_MS;
}

/** Returns the time from a service's first line about a build to its last, in milliseconds. */
export function workMs(service: Dispatching): number {
  return STEPS[service].at(-1)?.afterMs ?? 0;
}

/** A build with its requested resources. */
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

/** Formats the log lines of the services, with a wording and by the clocks of their nodes. */
export class LogWriter {
  readonly #form: PipelineForm;
  readonly #wording: Wording;
  readonly #skewMs: Readonly<Record<string, number>>;

  constructor(form: PipelineForm, wording: Wording, skewMs: Readonly<Record<string, number>>) {
    this.#form = form;
    this.#wording = wording;
    this.#skewMs = skewMs;
  }

  /** Returns a service's line about a build at a true time; for an error, with its stack trace. */
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

  /** Returns a service's heartbeat or its line at start-up. */
  ofItself(service: PipelineService, event: 'beat' | 'starting', at: number): string {
    return this.#format(service, at, {
      level: 'INFO',
      thread: 'main',
      namespace: this.#namespace(service, MAIN[service]),
      message: this.#wording.phrase(event),
      details: {},
    });
  }

  /** Returns the lines of a service that fails while starting. */
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

  /** Returns an entry of a library in a service, at a true time. */
  ofLibrary(service: PipelineService, entry: Entry, at: number): string {
    return this.#format(service, at, entry);
  }

  /** Converts a true time to the clock of a service's node. */
  clockOf(service: PipelineService, at: number): number {
    return at + (this.#skewMs[service] ?? 0);
  }

  /**
   * Returns the stack trace of an event, with frames of the service that logs it; null if it has
   * none.
   */
  #trace(service: PipelineService, event: BuildEvent, { name }: SizedBuild): string | null {
    const own = workloadOf(this.#form, service).replaceAll('-', '_');
    const task = this.#form.namesBuilds ? name.jobId : '';
    if (event === 'post-failed') return taskTrace(task, own);
    if (event === 'no-leader') return noLeaderTrace(own);
    return event === 'output-failed' ? outputTrace(own) : null;
  }

  /** Returns the namespace in 3.x; the workload's name if another service has the stage. */
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

/** Formats a task as Clojure prints it, with the fields of the operations guide's sample. */
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
