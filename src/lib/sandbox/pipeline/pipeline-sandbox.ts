import type { LogLine, LogSource } from '../kubernetes/log-source.ts';
import { type JobRequest, REPOSITORIES } from '../nomad/job-spec.ts';
import type { JobRecord } from '../nomad/records.ts';
import type { ChangeSet, NomadState } from '../nomad/state.ts';
import type { SandboxContext } from '../service.ts';
import {
  Broker,
  CONSUMERS,
  QUEUE_NAMES,
  type QueueCounts,
  type QueueName,
  type Traveller,
} from './broker.ts';
import { nameBuild } from './build.ts';
import { BuildNumbers } from './build-numbers.ts';
import { FaultBoard } from './faults.ts';
import { History, sizedBuild } from './history.ts';
import { noiseSource } from './noise.ts';
import { OutputEvents, type Report } from './output-events.ts';
import { asLines, beats, endingAt, failingStart, fixedSource, merged } from './pod-logs.ts';
import { MEDIUM } from './resource-class.ts';
import {
  BROKEN_FOR_MS,
  isPipelineService,
  type PipelineScenario,
  type PipelineService,
} from './scenario.ts';
import {
  Scribe,
  type SizedBuild,
  STEPS,
  TO_DISPATCHER_MS,
  TO_LEGACY_MS,
  TO_NOMAD_MS,
  TO_OUTPUT_MS,
  TO_SCHEDULERER_MS,
  workMs,
} from './steps.ts';
import type { BuildEvent } from './wording.ts';
import { PLAIN, reworded } from './wording.ts';
import { type PipelineKubernetes, UNSEEN, Workforce } from './workforce.ts';

/** How many messages run-queue holds once the dispatcher has lost its consumer. */
const BACKLOG = 4_812;
/** How fast an old backlog goes down, a second. */
const BACKLOG_PER_SECOND = 100;
/** What is seen of a pod's change, so much later. */
const NOTICE_MS = 50;
/** Nomad's servers hold a request so long while they have no leader. */
const LEADER_WAIT_MS = 5_000;
const RETRY_MS = 30_000;
/** A broken output-processor fails at some agent's event this often. */
const COMPLAIN_EVERY_MS = 15_000;
const DURATION_MS: readonly [number, number] = [120_000, 600_000];
/** Builds that hang for want of the output-processor do not end by themselves for so long. */
const HANGING_MS = 1_800_000;

/** What the pipeline needs of the simulated Nomad. */
export interface PipelineNomad {
  readonly state: NomadState;
  readonly leader: boolean;
  /** Registers a job, as of so many milliseconds ago, when it was placed if there was room. */
  submitJob(request: JobRequest, agoMs?: number): JobRecord;
  /** New builds of the scenario go where `take` sends them. */
  routeArrivals(take: (request: JobRequest) => void): void;
  /** What a build agent writes at a moment instead of its usual lines. */
  setAgentTrouble(trouble: (at: number) => string | null): void;
}

/**
 * The way of every build: server, legacy-dispatcher, RabbitMQ, dispatcher, RabbitMQ, schedulerer,
 * Nomad, output-processor, server. A step happens while a pod of its service is ready and writes that
 * service's lines; otherwise the message waits in its queue.
 */
export class PipelineSandbox {
  readonly #context: SandboxContext;
  readonly #scenario: PipelineScenario;
  readonly #nomad: PipelineNomad;
  readonly #faults: FaultBoard;
  readonly #scribe: Scribe;
  readonly #broker = new Broker();
  readonly #numbers: BuildNumbers;
  readonly #history: History;
  readonly #openedAt: number;
  readonly #waiting = new Set<Traveller>();
  /** Builds that legacy-dispatcher forwarded and nobody received. */
  readonly #lost = new Set<Traveller>();
  readonly #queuedAt = new WeakMap<JobRecord, number>();
  /** Lines of before the sandbox opened that the founders wrote, by pod. */
  readonly #past = new Map<string, LogLine[]>();
  /** Jobs whose way is in {@link #past}, or was written as it happened. */
  readonly #travelled = new Set<string>();
  #kubernetes: PipelineKubernetes | undefined;
  #workforce: Workforce | undefined;
  #outputs: OutputEvents | undefined;
  #opening = false;
  #noticing = false;
  #backlog: { readonly messages: number; since: number | null } | null = null;
  #revision = 0;

  constructor(context: SandboxContext, scenario: PipelineScenario, nomad: PipelineNomad) {
    this.#context = context;
    this.#scenario = scenario;
    this.#nomad = nomad;
    this.#faults = new FaultBoard(scenario.faults ?? []);
    const wording = scenario.reworded === undefined ? PLAIN : reworded(scenario.reworded);
    this.#scribe = new Scribe(wording, scenario.clockSkewMs ?? {});
    this.#numbers = new BuildNumbers(nomad.state);
    this.#openedAt = context.clock.nowMs();
    const past = {
      jobs: () => nomad.state.jobs.all(),
      allocations: () => nomad.state.allocations.all(),
      trueTime: (stamp: bigint) => this.trueTime(stamp),
    };
    this.#history = new History(past, this.#scribe, this.#openedAt, (job, event) =>
      event === 'upstream'
        ? this.#travelled.has(job.id)
        : this.#outputs?.heardOf(job, event) === false,
    );
  }

  /** A moment that Nomad wrote down, in milliseconds of true time. */
  trueTime(nanoseconds: bigint): number {
    return Number(nanoseconds / 1_000n) / 1_000 - (this.#scenario.clockSkewMs?.['nomad'] ?? 0);
  }

  /** What a pod of a service writes by itself; null for a workload that is no part of the pipeline. */
  logSource(workload: string, pod: string, startedAt: number): LogSource | null {
    if (!isPipelineService(workload)) return null;
    const trouble = this.#faults.troubleOf(workload);
    if (trouble !== null) {
      return failingStart(workload, this.#scribe, startedAt, trouble === 'out-of-memory');
    }
    const { noise } = this.#scenario;
    const clock = (at: number): number => this.#scribe.clockOf(workload, at);
    const usual = merged([
      beats(workload, this.#scribe),
      ...(noise ? [noiseSource(noise, workload, pod, clock)] : []),
    ]);
    if (startedAt >= this.#openedAt) return usual;
    const lines: LogLine[] = [];
    this.#past.set(pod, lines);
    const place = () => this.#workforce?.place(workload, pod) ?? { index: 0, of: 1 };
    const own = merged([usual, fixedSource(lines), this.#history.source(workload, place)]);
    if (workload !== 'dispatcher') return own;
    const silent = (): boolean => this.#faults.has('dispatcher-silent');
    return endingAt(own, this.#openedAt - BROKEN_FOR_MS, silent);
  }

  /** Sets it going, with the pods that there are; what was started lately has come as far as it can. */
  attach(kubernetes: PipelineKubernetes): void {
    this.#kubernetes = kubernetes;
    this.#opening = true;
    const workforce = new Workforce(kubernetes, this.#faults);
    this.#workforce = workforce;
    this.#outputs = new OutputEvents(this.#faults, workforce);
    const brokenAt = this.#openedAt - BROKEN_FOR_MS;
    this.#outputs.inspect(brokenAt);
    if (this.#outputs.brokenSince !== null) this.#holdBack(this.#outputs, brokenAt);
    this.#nomad.setAgentTrouble((at) => this.#agentTrouble(at));
    this.#startRecent();
    if (this.#faults.has('rabbitmq-backlog')) {
      this.#backlog = { messages: BACKLOG - this.#broker.ready('run-queue'), since: null };
    }
    if (this.#faults.has('output-broken')) this.#complain(brokenAt);
    this.#opening = false;
    this.#nomad.state.onChange((change) => this.#watchNomad(change));
    this.#nomad.routeArrivals((request) => {
      this.#start(this.#context.random.pick(REPOSITORIES), request, this.#now());
    });
    kubernetes.onPodChange(() => this.#notice());
  }

  /** Starts a build, as a push does. */
  startBuild(org: string, repo: string): SizedBuild['name'] {
    return this.#start([org, repo], {}, this.#now()).name;
  }

  /** Takes the faults of a name away; what waited for that goes on. Returns whether there was one. */
  clearFault(name: string): boolean {
    const cleared = this.#faults.clear(name);
    for (const fault of cleared) {
      if (fault === 'dispatcher-stopped') this.#kubernetes?.scale('dispatcher', 1);
      if (typeof fault !== 'string') this.#kubernetes?.setSituation(fault.service, 'running');
    }
    this.#broker.requeue((queue) => cleared.length > 0 && queue === 'nomad-tasks');
    this.#notice();
    return cleared.length > 0;
  }

  /** RabbitMQ's queues, as it counts them. */
  queues(): readonly QueueCounts[] {
    return QUEUE_NAMES.map((name) => ({
      name,
      ready: this.#broker.ready(name) + (name === 'run-queue' ? this.#oldMessages() : 0),
      unacknowledged: this.#broker.unacknowledged(name),
      consumers: this.#workforce?.consumers(CONSUMERS[name]) ?? 0,
    }));
  }

  /** Counts up whenever the server may know more than before, Nomad's own changes aside. */
  get revision(): number {
    return this.#revision;
  }

  /** Builds that are not in Nomad yet. */
  waiting(): Iterable<Traveller> {
    return this.#waiting;
  }

  /** When the build of a job was started. */
  queuedAt(job: JobRecord): number {
    return this.#queuedAt.get(job) ?? this.trueTime(job.submittedAt) - TO_NOMAD_MS;
  }

  /** Whether the server has heard that a job's task has started, or has finished. */
  heardOf(job: JobRecord, event: Report['event']): boolean {
    return this.#outputs?.heardOf(job, event) ?? true;
  }

  #now(): number {
    return this.#context.clock.nowMs();
  }

  #start([org, repo]: readonly [string, string], request: JobRequest, at: number): Traveller {
    const { random } = this.#context;
    const { cpuMhz = MEDIUM.cpuMhz, memoryMb = MEDIUM.memoryMb } = request;
    const build: Traveller = {
      name: nameBuild(random.hex(24), org, repo, this.#numbers.next(org, repo)),
      size: { cpuMhz, memoryMb },
      durationMs:
        request.durationMs === undefined ? random.integer(...DURATION_MS) : request.durationMs,
      exitCode: request.exitCode ?? 0,
      queuedAt: at,
      forwarded: false,
    };
    this.#waiting.add(build);
    this.#revision += 1;
    this.#later(at, TO_LEGACY_MS, (then) => this.#send('usage-queue', build, then));
    return build;
  }

  /** Builds of the last ten minutes, the oldest first. */
  #startRecent(): void {
    const { random } = this.#context;
    const { faults = [], recent = faults.length > 0 ? 3 : 0 } = this.#scenario;
    const hanging = this.#outputs?.brokenSince !== null;
    const [oldest, newest] = [BROKEN_FOR_MS - 30_000, 215_000];
    for (let i = 0; i < recent; i += 1) {
      const step = (oldest - newest) / recent;
      const ageMs = oldest - step * i - random.integer(0, Math.floor(step / 2));
      const request = hanging ? { durationMs: HANGING_MS } : {};
      this.#start(random.pick(REPOSITORIES), request, this.#openedAt - ageMs);
    }
  }

  #send(queue: QueueName, build: Traveller, at: number): void {
    this.#broker.publish(queue, build);
    this.#consume(queue, at);
  }

  #consume(queue: QueueName, at: number): void {
    const pods = this.#workforce?.working(CONSUMERS[queue]) ?? [];
    for (let after = 0; pods.length > 0; after += workMs(CONSUMERS[queue])) {
      const pod = this.#context.random.pick(pods);
      const build = this.#broker.take(queue, pod);
      if (!build) return;
      this.#later(at, after, (then) => this.#work(queue, build, pod, then));
    }
  }

  #work(queue: QueueName, build: Traveller, pod: string, at: number): void {
    const service = CONSUMERS[queue];
    for (const { afterMs, event } of STEPS[service]) {
      // Whether Nomad takes it is not known before.
      if (event === 'posted') continue;
      this.#later(at, afterMs, (then) => this.#say(service, pod, event, build, then));
    }
    this.#later(at, workMs(service), (then) => {
      if (queue === 'nomad-tasks') this.#post(build, pod, then);
      else this.#passOn(queue, build, then);
    });
  }

  #passOn(queue: Exclude<QueueName, 'nomad-tasks'>, build: Traveller, at: number): void {
    this.#broker.acknowledge(build);
    if (queue === 'run-queue') {
      this.#later(at, TO_SCHEDULERER_MS, (then) => this.#send('nomad-tasks', build, then));
      return;
    }
    build.forwarded = true;
    this.#revision += 1;
    if (this.#faults.has('job-lost')) this.#lost.add(build);
    else this.#later(at, TO_DISPATCHER_MS, (then) => this.#send('run-queue', build, then));
  }

  #post(build: Traveller, pod: string, at: number): void {
    if (this.#faults.has('schedulerer-error')) {
      // It keeps the message, and gets it again when it is started anew.
      this.#say('schedulerer', pod, 'post-failed', build, at);
      return;
    }
    if (!this.#nomad.leader) {
      this.#later(at, LEADER_WAIT_MS, (then) => {
        this.#say('schedulerer', pod, 'no-leader', build, then);
        this.#broker.acknowledge(build);
        this.#later(then, RETRY_MS, (again) => this.#send('nomad-tasks', build, again));
      });
      return;
    }
    this.#broker.acknowledge(build);
    this.#say('schedulerer', pod, 'posted', build, at);
    const { name, size, durationMs, exitCode, queuedAt } = build;
    this.#travelled.add(name.jobId);
    const request = {
      id: name.jobId,
      meta: { build_url: name.url },
      ...size,
      durationMs,
      exitCode,
    };
    const job = this.#nomad.submitJob(request, Math.max(0, this.#now() - at));
    this.#queuedAt.set(job, queuedAt);
    this.#waiting.delete(build);
    this.#revision += 1;
    if (at < this.#openedAt) this.#tellOfPast(job);
  }

  /** Outputs of a job that was placed in the past: {@link History} writes what came through. */
  #tellOfPast(job: JobRecord): void {
    if (this.#outputs?.brokenSince === null) return;
    this.#outputs?.hold({ job, event: 'task-started' });
  }

  #watchNomad({ jobs, allocations }: ChangeSet): void {
    const isNew = (stamp: bigint): boolean => this.trueTime(stamp) > this.#openedAt;
    for (const job of jobs) {
      if (job.version > 0 || this.#travelled.has(job.id)) continue;
      if (isNew(job.submittedAt)) this.#retrace(job);
    }
    for (const allocation of allocations) {
      for (const report of this.#outputs?.news(allocation, isNew) ?? []) this.#report(report);
    }
  }

  /** A job that was registered by hand: its build's way is written down all the same. */
  #retrace(job: JobRecord): void {
    this.#travelled.add(job.id);
    const build = sizedBuild(job);
    if (!build) return;
    let at = this.queuedAt(job) + TO_LEGACY_MS;
    for (const queue of QUEUE_NAMES) {
      const service = CONSUMERS[queue];
      const [pod] = this.#workforce?.working(service) ?? [];
      for (const { afterMs, event } of STEPS[service]) {
        if (pod !== undefined) this.#say(service, pod, event, build, at + afterMs);
      }
      at += workMs(service) + (queue === 'usage-queue' ? TO_DISPATCHER_MS : TO_SCHEDULERER_MS);
    }
  }

  #report(report: Report): void {
    if (this.#outputs?.brokenSince !== null) {
      this.#outputs?.hold(report);
      return;
    }
    const build = sizedBuild(report.job);
    if (!build) return;
    this.#later(this.#now(), TO_OUTPUT_MS, (then) => {
      const pods = this.#workforce?.working('output-processor') ?? [];
      if (pods.length === 0) return;
      this.#say('output-processor', this.#context.random.pick(pods), report.event, build, then);
    });
  }

  /** What happened since the output-processor is broken has not come through. */
  #holdBack(outputs: OutputEvents, since: number): void {
    for (const { job, tasks } of this.#nomad.state.allocations.all()) {
      const [task] = tasks ?? [];
      for (const [event, stamp] of [
        ['task-started', task?.startedAt],
        ['task-finished', task?.finishedAt],
      ] as const) {
        if (stamp && this.trueTime(stamp) >= since) outputs.hold({ job, event });
      }
    }
  }

  #complain(at: number): void {
    if (!this.#faults.has('output-broken')) return;
    const { random } = this.#context;
    const running = this.#nomad.state.allocations.all().filter(({ tasks }) => {
      const [task] = tasks ?? [];
      if (!task?.startedAt || this.trueTime(task.startedAt) > at) return false;
      return task.finishedAt === null || this.trueTime(task.finishedAt) > at;
    });
    const pods = this.#workforce?.working('output-processor') ?? [];
    if (running.length > 0 && pods.length > 0) {
      const build = sizedBuild(random.pick(running).job);
      if (build) this.#say('output-processor', random.pick(pods), 'output-failed', build, at);
    }
    this.#later(at, COMPLAIN_EVERY_MS, (then) => this.#complain(then));
  }

  #agentTrouble(nomadTime: number): string | null {
    const since = this.#outputs?.brokenSince ?? null;
    const at = nomadTime - (this.#scenario.clockSkewMs?.['nomad'] ?? 0);
    if (since === null || at < since || !this.#outputs?.unreachable) return null;
    const document = {
      error: 'rpc error: code = Unavailable desc = grpc: the connection is unavailable',
      level: 'warning',
      msg: 'error fetching config, retrying',
      time: `${new Date(nomadTime).toISOString().slice(0, 19)}Z`,
    };
    return `${JSON.stringify(document)}\n`;
  }

  #notice(): void {
    if (this.#noticing) return;
    this.#noticing = true;
    this.#context.clock.schedule(NOTICE_MS, () => {
      this.#noticing = false;
      this.#goOn();
    });
  }

  /** Pods have come or gone, or a fault has: whoever waited for that goes on. */
  #goOn(): void {
    const workforce = this.#workforce;
    if (!workforce) return;
    const now = this.#now();
    if (
      this.#faults.has('job-lost') &&
      workforce.replaced('legacy-dispatcher') &&
      workforce.replaced('dispatcher')
    ) {
      this.#faults.clear('job-lost');
    }
    if (!this.#faults.has('job-lost')) {
      for (const build of this.#lost) this.#send('usage-queue', build, now);
      this.#lost.clear();
    }
    if (this.#backlog && workforce.working('dispatcher').length > 0) this.#backlog.since ??= now;
    this.#broker.requeue((_, pod) => !workforce.exists(pod));
    for (const queue of QUEUE_NAMES) this.#consume(queue, now);
    for (const report of this.#outputs?.inspect(now) ?? []) {
      this.#revision += 1;
      this.#report(report);
    }
  }

  #oldMessages(): number {
    if (!this.#backlog) return 0;
    const { messages, since } = this.#backlog;
    const gone = since === null ? 0 : ((this.#now() - since) / 1_000) * BACKLOG_PER_SECOND;
    return Math.max(0, Math.floor(messages - gone));
  }

  #say(
    service: PipelineService,
    pod: string,
    event: BuildEvent,
    build: SizedBuild,
    at: number,
  ): void {
    if (pod === UNSEEN) return;
    const text = this.#scribe.ofBuild(service, event, build, at);
    if (this.#opening && at < this.#openedAt) this.#past.get(pod)?.push(...asLines(at, text));
    else if (this.#workforce?.exists(pod)) this.#kubernetes?.appendLog(pod, undefined, text);
  }

  /** Does something so much later, at once where that has passed already. */
  #later(at: number, ms: number, run: (at: number) => void): void {
    const due = at + ms;
    const wait = due - this.#now();
    if (wait <= 0) run(due);
    else this.#context.clock.schedule(wait, () => run(due));
  }
}
