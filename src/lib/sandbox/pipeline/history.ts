import type { LogLine, LogSource } from '../kubernetes/log-source.ts';
import type { AllocationRecord, JobRecord } from '../nomad/records.ts';
import { buildOfJob } from './build.ts';
import { MEDIUM } from './resource-class.ts';
import type { Dispatching, PipelineService } from './scenario.ts';
import { beganAt, type LogWriter, type SizedBuild, STEPS, TO_OUTPUT_MS, workMs } from './steps.ts';

/** The records of Nomad, with a conversion to true time. */
export interface NomadPast {
  jobs(): readonly JobRecord[];
  allocations(): readonly AllocationRecord[];
  /** Converts a time recorded by Nomad to true time in milliseconds. */
  trueTime(nanoseconds: bigint): number;
}

interface PastEvent {
  /** The time of its first line. */
  readonly at: number;
  readonly job: JobRecord;
  readonly event: 'upstream' | 'task-started' | 'task-finished';
}

/**
 * The log lines of the services about builds from before the start of the sandbox. They are
 * generated when a log is read, because 50,000 builds have many lines.
 */
export class History {
  readonly #nomad: NomadPast;
  readonly #logWriter: LogWriter;
  /** The end of the history; later lines are logged when their events happen. */
  readonly #until: number;
  readonly #skipped: (job: JobRecord, event: PastEvent['event']) => boolean;
  readonly #sorted = new Map<string, readonly PastEvent[]>();

  /** @param skipped returns whether an event has no line here */
  constructor(
    nomad: NomadPast,
    logWriter: LogWriter,
    until: number,
    skipped: (job: JobRecord, event: PastEvent['event']) => boolean,
  ) {
    this.#nomad = nomad;
    this.#logWriter = logWriter;
    this.#until = until;
    this.#skipped = skipped;
  }

  /** Returns the lines of one pod of a service; each line is in the log of only one pod. */
  source(
    service: PipelineService,
    pod: () => { readonly index: number; readonly of: number },
  ): LogSource {
    return {
      between: (from, to) => {
        if (from >= this.#until) return [];
        const { index, of } = pod();
        const long = service === 'output-processor' ? 0 : workMs(service);
        return this.#events(service)
          .filter(({ at, job }) => at + long >= from && at < to && share(job, of) === index)
          .flatMap((happening) => this.#lines(service, happening))
          .filter(({ at }) => at >= from && at < to);
      },
      nextAt: () => null,
    };
  }

  #events(service: PipelineService): readonly PastEvent[] {
    const side = service === 'output-processor' ? service : 'upstream';
    const known = this.#sorted.get(service);
    if (known) return known;
    const made = (side === 'upstream' ? this.#dispatched(service as Dispatching) : this.#outputs())
      .filter(({ at, job, event }) => at < this.#until && !this.#skipped(job, event))
      .sort((a, b) => a.at - b.at);
    this.#sorted.set(service, made);
    return made;
  }

  #dispatched(service: Dispatching): PastEvent[] {
    return this.#nomad.jobs().map((job) => ({
      at: beganAt(service, this.#nomad.trueTime(job.submittedAt)),
      job,
      event: 'upstream' as const,
    }));
  }

  #outputs(): PastEvent[] {
    return this.#nomad.allocations().flatMap(({ job, tasks }) => {
      const [task] = tasks ?? [];
      return (['task-started', 'task-finished'] as const).flatMap((event) => {
        const stamp = event === 'task-started' ? task?.startedAt : task?.finishedAt;
        if (stamp === undefined || stamp === null) return [];
        return [{ at: this.#nomad.trueTime(stamp) + TO_OUTPUT_MS, job, event }];
      });
    });
  }

  #lines(service: PipelineService, { at, job, event }: PastEvent): LogLine[] {
    const build = sizedBuild(job);
    if (!build) return [];
    if (event !== 'upstream')
      return [{ at, text: this.#logWriter.ofBuild(service, event, build, at) }];
    return STEPS[service as Dispatching].map((step) => {
      const moment = at + step.afterMs;
      return {
        at: moment,
        text: this.#logWriter.ofBuild(service, step.event, build, moment),
      };
    });
  }
}

/** Returns the build of a job with its size; null for a job that belongs to no build. */
export function sizedBuild(job: JobRecord): SizedBuild | null {
  const name = buildOfJob(job);
  const task = job.groups[0]?.tasks[0];
  return name && { name, size: task ?? MEDIUM };
}

/** Returns the index of the pod that has the lines of a build. */
function share({ id }: JobRecord, pods: number): number {
  return pods < 2 ? 0 : Number.parseInt(id.slice(16, 24), 16) % pods || 0;
}
