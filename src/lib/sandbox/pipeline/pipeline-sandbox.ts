import { type JobRequest, REPOSITORIES } from '../nomad/job-spec.ts';
import type { JobRecord } from '../nomad/records.ts';
import type { ChangeSet, NomadState } from '../nomad/state.ts';
import type { Random } from '../random.ts';
import type { SandboxContext } from '../service.ts';
import type { BuildInPipeline, QueueCounts } from './broker.ts';
import type { BuildName } from './build.ts';
import { BuildNumbers } from './build-numbers.ts';
import { Dispatch } from './dispatch.ts';
import { dispatchingOf, FORM_3_0, workloadOf } from './form.ts';
import type { OutputEvent } from './held-reports.ts';
import { sizedBuild } from './history.ts';
import { OutputPath } from './output-path.ts';
import type { PipelineLogs } from './pipeline-logs.ts';
import { BROKEN_FOR_MS, type PipelineForm, type PipelineScenario } from './scenario.ts';
import { beganAt, STEPS, TO_NOMAD_MS } from './steps.ts';
import type { Timeline } from './timeline.ts';
import { type PipelineKubernetes, WorkingPods } from './working-pods.ts';

/** The delay until a change of a pod is noticed, in milliseconds. */
const NOTICE_MS = 50;
/** The ages of the oldest and the newest build affected by the faults. */
const RECENT_MS: readonly [number, number] = [BROKEN_FOR_MS - 30_000, 215_000];
/** The duration of builds that hang because the output-processor is unreachable. */
const HANGING_MS = 1_800_000;

/** The parts of the simulated Nomad that the pipeline uses. */
export interface PipelineNomad {
  readonly state: NomadState;
  readonly leader: boolean;
  /**
   * Registers a job. With `agoMs`, it was submitted that many milliseconds ago and has been running
   * since then if there was room.
   */
  submitJob(request: JobRequest, agoMs?: number): JobRecord;
  /** Passes new builds of the scenario to `take`. */
  routeArrivals(take: (request: JobRequest) => void): void;
  /**
   * Sets a function that returns what build agents log at a time of Nomad's clock in place of their
   * usual lines; null for those.
   */
  setAgentTrouble(trouble: (at: number) => string | null): void;
}

/**
 * The pipeline of builds. In 3.0: server, legacy-dispatcher, RabbitMQ, dispatcher, RabbitMQ,
 * schedulerer, Nomad, output-processor, server; other versions have other services. A step is taken
 * while a pod of its service is ready, and is logged by that pod. Otherwise the message waits in
 * its queue.
 */
export class PipelineSandbox {
  readonly #context: SandboxContext;
  readonly #scenario: PipelineScenario;
  readonly #form: PipelineForm;
  readonly #nomad: PipelineNomad;
  readonly #kubernetes: PipelineKubernetes;
  readonly #logs: PipelineLogs;
  readonly #timeline: Timeline;
  readonly #workingPods: WorkingPods;
  readonly #dispatch: Dispatch;
  readonly #outputs: OutputPath;
  readonly #queuedAt = new WeakMap<JobRecord, number>();
  readonly #parallel = new WeakMap<JobRecord, number>();
  #noticing = false;

  constructor(
    context: SandboxContext,
    scenario: PipelineScenario,
    timeline: Timeline,
    nomad: PipelineNomad,
    kubernetes: PipelineKubernetes,
    logs: PipelineLogs,
  ) {
    const { random } = context;
    const { faults, held } = logs;
    this.#context = context;
    this.#scenario = scenario;
    this.#form = scenario.form ?? FORM_3_0;
    this.#nomad = nomad;
    this.#kubernetes = kubernetes;
    this.#logs = logs;
    this.#timeline = timeline;
    const workingPods = new WorkingPods(this.#form, kubernetes, faults);
    this.#workingPods = workingPods;
    this.#dispatch = new Dispatch({
      form: this.#form,
      parallel: scenario.parallel ?? 1,
      timeline,
      random,
      faults,
      workingPods,
      numbers: new BuildNumbers(nomad.state),
      nomad,
      log: (...words) => logs.log(...words),
      post: (build, at) => this.#post(build, at),
    });
    this.#outputs = new OutputPath({
      timeline,
      random,
      faults,
      workingPods,
      held,
      state: nomad.state,
      trueTime: (stamp) => logs.trueTime(stamp),
      log: (pod, event, build, at) => logs.log('output-processor', pod, event, build, at),
    });
    logs.connect(kubernetes, workingPods);
    this.#startRecentBuilds(random);
    logs.open();
    this.#listen(random);
  }

  /** Starts a build as a push does. */
  startBuild(org: string, repo: string): BuildName {
    return this.#dispatch.start([org, repo], {}, this.#timeline.now()).name;
  }

  /**
   * Clears the faults with a name, so that waiting builds continue. Returns whether there were any.
   */
  clearFault(name: string): boolean {
    const cleared = this.#logs.faults.clear(name);
    for (const fault of cleared) {
      if (fault === 'dispatcher-stopped') {
        this.#kubernetes.scale(workloadOf(this.#form, 'dispatcher'), 1);
      }
      if (fault === 'schedulerer-error') this.#dispatch.redeliver();
      if (typeof fault !== 'string') {
        this.#kubernetes.setSituation(workloadOf(this.#form, fault.service), 'running');
      }
    }
    this.#notice();
    return cleared.length > 0;
  }

  /** Returns the counts of RabbitMQ's queues. */
  queues(): readonly QueueCounts[] {
    return this.#dispatch.queues();
  }

  /** Increases whenever the server may have learned something, apart from Nomad's own changes. */
  get revision(): number {
    return this.#dispatch.revision + this.#outputs.revision;
  }

  /** Returns the builds that are not in Nomad yet. */
  waiting(): Iterable<BuildInPipeline> {
    return this.#dispatch.waiting;
  }

  /** Returns when the build of a job was queued, in milliseconds since the epoch. */
  queuedAt(job: JobRecord): number {
    return this.#queuedAt.get(job) ?? this.trueTime(job.submittedAt) - TO_NOMAD_MS;
  }

  /** How many parallel tasks the build of a job has. */
  parallelOf(job: JobRecord): number {
    return this.#parallel.get(job) ?? 1;
  }

  /** Returns whether the start or the end of a job's task has been reported to the server. */
  hasReported(job: JobRecord, event: OutputEvent): boolean {
    return !this.#logs.held.has(job, event);
  }

  /** Converts a time recorded by Nomad to true time in milliseconds. */
  trueTime(nanoseconds: bigint): number {
    return this.#logs.trueTime(nanoseconds);
  }

  /** Starts the recent builds of the scenario and moves them as far as they can get. */
  #startRecentBuilds(random: Random): void {
    const { faults = [], recent = faults.length > 0 ? 3 : 0 } = this.#scenario;
    this.#outputs.markBrokenSince(this.#timeline.openedAt - BROKEN_FOR_MS);
    const request = this.#outputs.broken ? { durationMs: HANGING_MS } : {};
    const [oldest, newest] = RECENT_MS;
    const step = (oldest - newest) / recent;
    for (let i = 0; i < recent; i += 1) {
      const ageMs = oldest - step * i - random.integer(0, Math.floor(step / 2));
      this.#dispatch.start(random.pick(REPOSITORIES), request, this.#timeline.openedAt - ageMs);
    }
    if (this.#logs.faults.has('rabbitmq-backlog')) this.#dispatch.addBacklog();
  }

  #listen(random: Random): void {
    const { state } = this.#nomad;
    const skewMs = this.#scenario.clockSkewMs?.['nomad'] ?? 0;
    state.onChange((change) => this.#watch(change));
    this.#nomad.routeArrivals((request) => {
      this.#dispatch.start(random.pick(REPOSITORIES), request, this.#timeline.now());
    });
    this.#nomad.setAgentTrouble((at) => {
      const error = this.#outputs.agentTrouble(at - skewMs);
      return error === null ? null : retryLine(error, at);
    });
    this.#kubernetes.onPodChange(() => this.#notice());
  }

  #post(build: BuildInPipeline, at: number): JobRecord {
    const { name, size, durationMs, exitCode, queuedAt, parallel } = build;
    this.#logs.travelled.add(name.jobId);
    const meta = { build_url: name.url };
    const request = { id: name.jobId, meta, ...size, durationMs, exitCode };
    const job = this.#nomad.submitJob(request, Math.max(0, this.#timeline.now() - at));
    this.#queuedAt.set(job, queuedAt);
    this.#parallel.set(job, parallel);
    // The job was placed in the past, so no later change triggers its report.
    if (at < this.#timeline.openedAt && this.#outputs.broken) {
      this.#logs.held.hold({ job, event: 'task-started' });
    }
    return job;
  }

  #watch({ jobs, allocations }: ChangeSet): void {
    for (const job of jobs) {
      const isNew = this.trueTime(job.submittedAt) > this.#timeline.openedAt;
      if (isNew && !this.#logs.travelled.has(job.id)) this.#logDispatching(job);
    }
    for (const allocation of allocations) this.#outputs.reportChange(allocation);
  }

  /** Logs the dispatching of a job that was registered directly. */
  #logDispatching(job: JobRecord): void {
    this.#logs.travelled.add(job.id);
    const build = sizedBuild(job);
    if (!build) return;
    for (const service of dispatchingOf(this.#form)) {
      const [pod] = this.#workingPods.working(service);
      if (pod === undefined) continue;
      const began = beganAt(service, this.trueTime(job.submittedAt));
      for (const { afterMs, event } of STEPS[service]) {
        this.#logs.log(service, pod, event, build, began + afterMs);
      }
    }
  }

  #notice(): void {
    if (this.#noticing) return;
    this.#noticing = true;
    this.#context.clock.schedule(NOTICE_MS, () => {
      this.#noticing = false;
      this.#dispatch.resume();
      this.#outputs.inspect();
    });
  }
}

/**
 * The log line of a build agent without a connection (operations guide, "stay in queued status").
 */
function retryLine(error: string, at: number): string {
  const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
  const msg = 'error fetching config, retrying';
  return `${JSON.stringify({ error, level: 'warning', msg, time })}\n`;
}
