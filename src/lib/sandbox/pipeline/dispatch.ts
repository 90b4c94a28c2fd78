import type { JobRequest } from '../nomad/job-spec.ts';
import type { JobRecord } from '../nomad/records.ts';
import type { Random } from '../random.ts';
import { Broker, type BuildInPipeline, type QueueCounts } from './broker.ts';
import { nameBuild, nameTask } from './build.ts';
import type { BuildNumbers } from './build-numbers.ts';
import type { FaultBoard } from './faults.ts';
import { dispatchingOf } from './form.ts';
import { MEDIUM } from './resource-class.ts';
import type { Dispatching, PipelineForm } from './scenario.ts';
import {
  type SizedBuild,
  STEPS,
  TO_DISPATCHER_MS,
  TO_FIRST_MS,
  TO_SCHEDULERER_MS,
  workMs,
} from './steps.ts';
import type { Timeline } from './timeline.ts';
import type { BuildEvent } from './wording.ts';
import type { WorkingPods } from './working-pods.ts';

/** The number of messages in the dispatcher's queue after the dispatcher has lost its consumer. */
const BACKLOG = 4_812;
/** The number of messages of an old backlog that are processed per second. */
const BACKLOG_PER_SECOND = 100;
/** How long Nomad's servers hold a request while they have no leader. */
const LEADER_WAIT_MS = 5_000;
/** The schedulerer's delay before it retries. */
const RETRY_MS = 30_000;
const DURATION_MS: readonly [number, number] = [120_000, 600_000];

/** The environment of the dispatching stages. */
export interface DispatchWorld {
  readonly form: PipelineForm;
  /** Parallel tasks of each build. */
  readonly parallel: number;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly faults: FaultBoard;
  readonly workingPods: WorkingPods;
  readonly numbers: BuildNumbers;
  readonly nomad: { readonly leader: boolean };
  log(service: Dispatching, pod: string, event: BuildEvent, build: SizedBuild, at: number): void;
  /** Registers a build as a job in Nomad as of a time. */
  post(build: BuildInPipeline, at: number): JobRecord;
}

/**
 * Moves builds from their start to Nomad. Each step is taken only while its service has a working
 * pod.
 */
export class Dispatch {
  /** The builds that are not in Nomad yet. */
  readonly waiting = new Set<BuildInPipeline>();
  /** Increases whenever a build progresses. */
  revision = 0;
  readonly #world: DispatchWorld;
  /** The stages before Nomad, in order. */
  readonly #services: readonly Dispatching[];
  readonly #broker = new Broker();
  /** The builds that the first stage forwarded and the second did not receive. */
  readonly #lost = new Set<BuildInPipeline>();
  #backlog: { readonly messages: number; since: number | null } | null = null;

  constructor(world: DispatchWorld) {
    this.#world = world;
    this.#services = dispatchingOf(world.form);
  }

  /** Starts a build as of a time. */
  start([org, repo]: readonly [string, string], request: JobRequest, at: number): BuildInPipeline {
    const { random, numbers, timeline } = this.#world;
    const { cpuMhz = MEDIUM.cpuMhz, memoryMb = MEDIUM.memoryMb, durationMs } = request;
    const build: BuildInPipeline = {
      name: nameBuild(random.hex(24), org, repo, numbers.next(org, repo)),
      size: { cpuMhz, memoryMb },
      durationMs: durationMs === undefined ? random.integer(...DURATION_MS) : durationMs,
      exitCode: request.exitCode ?? 0,
      parallel: this.#world.parallel,
      queuedAt: at,
      forwarded: false,
    };
    this.waiting.add(build);
    this.revision += 1;
    const [first] = this.#services;
    if (first) timeline.later(at, TO_FIRST_MS, (then) => this.#send(first, build, then));
    return build;
  }

  /** Fills the dispatcher's queue to the size of a backlog without a consumer. */
  addBacklog(): void {
    this.#backlog = { messages: BACKLOG - this.#broker.ready('dispatcher'), since: null };
  }

  /** Continues the waiting builds after a change of pods or faults. */
  resume(): void {
    const { faults, workingPods, timeline } = this.#world;
    const now = timeline.now();
    const [first, second] = this.#services;
    const renewed = first && second && workingPods.replaced(first) && workingPods.replaced(second);
    if (renewed) faults.clear('job-lost');
    const poster = this.#services.at(-1);
    const feeder = this.#services.at(-2);
    // What was lost stays lost.
    if (poster && feeder && workingPods.replaced(poster) && workingPods.replaced(feeder)) {
      faults.clear('task-lost');
    }
    if (first && !faults.has('job-lost')) {
      for (const build of this.#lost) this.#send(first, build, now);
      this.#lost.clear();
    }
    if (this.#backlog && workingPods.working('dispatcher').length > 0) this.#backlog.since ??= now;
    this.#broker.requeue((_, pod) => !workingPods.exists(pod));
    for (const service of this.#services) this.#consume(service, now);
  }

  /** Redelivers to the schedulerer all tasks that it could not post. */
  redeliver(): void {
    this.#broker.requeue((service) => service === 'schedulerer');
  }

  /** Returns the counts of RabbitMQ's queues. */
  queues(): readonly QueueCounts[] {
    return this.#services.map((service) => ({
      name: this.#world.form.stages[service]?.queue ?? service,
      ready: this.#broker.ready(service) + (service === 'dispatcher' ? this.#oldMessages() : 0),
      unacknowledged: this.#broker.unacknowledged(service),
      consumers: this.#world.workingPods.consumers(service),
    }));
  }

  #send(service: Dispatching, build: BuildInPipeline, at: number): void {
    this.#broker.publish(service, build);
    this.#consume(service, at);
  }

  #consume(service: Dispatching, at: number): void {
    const { workingPods, random, timeline } = this.#world;
    const pods = workingPods.working(service);
    for (let after = 0; pods.length > 0; after += workMs(service)) {
      const pod = random.pick(pods);
      const build = this.#broker.take(service, pod);
      if (!build) return;
      timeline.later(at, after, (then) => this.#work(service, build, pod, then));
    }
  }

  #work(service: Dispatching, build: BuildInPipeline, pod: string, at: number): void {
    const { timeline, log } = this.#world;
    for (const { afterMs, event } of STEPS[service]) {
      // Logged later, when it is known whether Nomad accepts the job.
      if (event === 'posted') continue;
      const about = service === 'schedulerer' ? this.#tasksOf(build) : [build];
      timeline.later(at, afterMs, (then) => {
        for (const one of about) log(service, pod, event, one, then);
      });
    }
    timeline.later(at, workMs(service), (then) => {
      const next = this.#services[this.#services.indexOf(service) + 1];
      if (next === undefined) this.#post(build, pod, then);
      else this.#forward(service, next, build, then);
    });
  }

  #forward(service: Dispatching, next: Dispatching, build: BuildInPipeline, at: number): void {
    const { timeline, faults } = this.#world;
    this.#broker.acknowledge(build);
    if (service === this.#services[0]) {
      build.forwarded = true;
      this.revision += 1;
      if (faults.has('job-lost')) {
        this.#lost.add(build);
        return;
      }
    }
    const afterMs = next === 'schedulerer' ? TO_SCHEDULERER_MS : TO_DISPATCHER_MS;
    timeline.later(at, afterMs, (then) => this.#send(next, build, then));
  }

  #post(build: BuildInPipeline, pod: string, at: number): void {
    const { faults, nomad, log, post } = this.#world;
    if (faults.has('schedulerer-error')) {
      // The schedulerer keeps the message, which is redelivered after its restart.
      for (const task of this.#tasksOf(build)) log('schedulerer', pod, 'post-failed', task, at);
      return;
    }
    if (!nomad.leader) {
      this.#refused(build, pod, at);
      return;
    }
    this.#broker.acknowledge(build);
    for (const task of this.#tasksOf(build)) {
      log('schedulerer', pod, 'posted', task, at);
      post(task, at);
    }
    this.waiting.delete(build);
    this.revision += 1;
  }

  /** The parallel tasks that reach the schedulerer. */
  #tasksOf(build: BuildInPipeline): readonly BuildInPipeline[] {
    const lost = this.#world.faults.has('task-lost') && build.parallel > 1 ? 1 : 0;
    return Array.from({ length: build.parallel - lost }, (_, task) => ({
      ...build,
      name: nameTask(build.name, task),
    }));
  }

  #refused(build: BuildInPipeline, pod: string, at: number): void {
    const { timeline, log } = this.#world;
    timeline.later(at, LEADER_WAIT_MS, (then) => {
      log('schedulerer', pod, 'no-leader', build, then);
      timeline.later(then, RETRY_MS, (again) => {
        this.#broker.acknowledge(build);
        this.#send('schedulerer', build, again);
      });
    });
  }

  #oldMessages(): number {
    if (!this.#backlog) return 0;
    const { messages, since } = this.#backlog;
    const now = this.#world.timeline.now();
    const gone = since === null ? 0 : ((now - since) / 1_000) * BACKLOG_PER_SECOND;
    return Math.max(0, Math.floor(messages - gone));
  }
}
