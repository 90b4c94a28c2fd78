import { SandboxHttpServer } from '../http-server.ts';
import type { SandboxContext, SandboxService } from '../service.ts';
import { createCore, type NomadCore } from './core.ts';
import { EventBuffer } from './event-stream.ts';
import type { ExecIo } from './exec-io.ts';
import { adoptBuild, generateBuilds, startArrivals } from './generate-builds.ts';
import { generateNodes, startDrains } from './generate-nodes.ts';
import { HttpApi } from './http-api.ts';
import { createJob, type JobRequest } from './job-spec.ts';
import type { LogType } from './logs/log-store.ts';
import { runNomadCli } from './nomad-cli/run.ts';
import type { AllocationRecord, JobRecord, NodeRecord, TaskRecord } from './records.ts';
import type { NomadScenario } from './scenario.ts';
import type { NomadState } from './state.ts';
import { allocationStub } from './wire/allocation.ts';
import { nodeStub } from './wire/node.ts';

export type { JobRequest } from './job-spec.ts';
export type { NodeSpec, NomadScenario, PendingCause, PendingSpec } from './scenario.ts';

/** Nomad deletes dead jobs after this time (job_gc_threshold). */
const JOB_GC_MS = 4 * 3_600_000;
const MIB = 1024 * 1024;
/** With at least this many allocations, lists are serialized before the first request. */
const WARM_FROM = 10_000;

/** A simulated Nomad cluster: its HTTP API on loopback, its CLI, and methods that cause events. */
export class NomadSandbox implements SandboxService {
  readonly name = 'nomad';
  readonly #core: NomadCore;
  readonly #server: SandboxHttpServer;
  #takeArrival: (request: JobRequest) => void = (request) => this.submitJob(request);

  constructor(context: SandboxContext, scenario: NomadScenario = {}) {
    const core = createCore(context, {
      version: scenario.version ?? '1.0.4',
      leader: scenario.leader ?? true,
      token: scenario.token ?? null,
      rotation: scenario.logRotation ?? { maxFiles: 10, maxBytes: 10 * MIB },
      chatter: scenario.chatter ?? true,
    });
    this.#core = core;
    generateNodes(core, scenario);
    generateBuilds(core, scenario);
    const events = new EventBuffer(core.state, core.dialect);
    startDrains(core, scenario);
    startArrivals(core, scenario, (request) => this.#takeArrival(request));
    this.#collectDeadJobs();
    const api = new HttpApi(core, events);
    this.#server = new SandboxHttpServer({
      name: this.name,
      context,
      handlers: {
        request: (request, response) => {
          void api.handle(request, response);
        },
      },
    });
  }

  /** The loopback port of the HTTP API; 0 before {@link start}. */
  get port(): number {
    return this.#server.port;
  }

  get state(): NomadState {
    return this.#core.state;
  }

  async start(): Promise<void> {
    if (this.state.allocations.size >= WARM_FROM) this.#printLists();
    await this.#server.start();
  }

  async stop(): Promise<void> {
    this.#core.agenda.close();
    await this.#server.stop();
  }

  environment(): Readonly<Record<string, string>> {
    const { token } = this.#core;
    return {
      NOMAD_ADDR: `http://127.0.0.1:${this.port}`,
      ...(token === null ? {} : { NOMAD_TOKEN: token }),
    };
  }

  /**
   * Runs the nomad CLI as `kubectl exec` into the server's pod does, with `argv` excluding the
   * program's name. Returns the exit status.
   */
  cli(argv: readonly string[], io: ExecIo): Promise<number> {
    return runNomadCli(this.#core, this.port, argv, io);
  }

  /**
   * Registers a job, which is placed immediately if there is room. With `agoMs`, it was submitted
   * that many milliseconds ago and has been running since.
   */
  submitJob(request: JobRequest = {}, agoMs = 0): JobRecord {
    if (agoMs > 0) return adoptBuild(this.#core, request, agoMs);
    const job = createJob(this.#core, request);
    this.#core.scheduler.register(job);
    return job;
  }

  /** Passes new builds of the scenario to `take` instead of submitting them to Nomad. */
  routeArrivals(take: (request: JobRequest) => void): void {
    this.#takeArrival = take;
  }

  /**
   * Sets a function that returns what build agents log at a time in milliseconds since the epoch,
   * in place of their usual lines; null for the usual lines.
   */
  setAgentTrouble(trouble: (at: number) => string | null): void {
    this.#core.logs.setTrouble(trouble);
  }

  /** Ends the running allocations of a job. */
  finishBuild(jobId: string, exitCode = 0): void {
    for (const allocation of this.state.allocationsOfJob(jobId)) {
      if (allocation.client === 'running') this.#core.clients.finish(allocation, exitCode);
    }
  }

  /** Stops a job; with `purge`, Nomad also deletes it. */
  stopJob(jobId: string, purge = false): void {
    const job = this.state.jobs.get(jobId);
    if (job !== undefined) this.#core.scheduler.deregister(job, purge);
  }

  /** Simulates a lost machine: its heartbeats stop, and its builds are lost. */
  loseNode(id: string): void {
    this.#core.fleet.lose(this.#node(id));
  }

  /** Resumes the heartbeats of a machine. */
  restoreNode(id: string): void {
    this.#core.fleet.restore(this.#node(id));
  }

  /** Deletes a node. */
  purgeNode(id: string): void {
    this.#core.fleet.purge(this.#node(id));
  }

  /**
   * Cuts the servers' connection to a client, so that requests for logs and statistics fail with
   * `No path to node`.
   */
  stopClientLink(id: string): void {
    this.#node(id).linked = false;
  }

  restoreClientLink(id: string): void {
    this.#node(id).linked = true;
  }

  setEligibility(id: string, eligible: boolean): void {
    this.#core.fleet.setEligibility(this.#node(id), eligible);
  }

  /**
   * Drains a node. The deadline is in milliseconds; null for no deadline, `force` for an immediate
   * one.
   */
  drainNode(id: string, deadline: number | null | 'force' = null): void {
    const deadlineNs =
      deadline === 'force' ? -1_000_000_000n : BigInt(Math.round(deadline ?? 0)) * 1_000_000n;
    const request = { deadlineNs, ignoreSystemJobs: false, meta: null };
    this.#core.drainer.start(this.#node(id), request);
  }

  cancelDrain(id: string, markEligible = true): void {
    this.#core.drainer.cancel(this.#node(id), markEligible, null);
  }

  /** Writes to a task's standard output or error. */
  appendLog(allocationId: string, type: LogType, text: string | Buffer): void {
    const { allocation, task } = this.#task(allocationId);
    this.#core.logs.append(allocation, task, type, Buffer.from(text));
  }

  /** Starts a new log file, as if the current one had reached its maximum size. */
  rotateLog(allocationId: string, type: LogType): void {
    const { allocation, task } = this.#task(allocationId);
    this.#core.logs.open(allocation, task, type).rotate();
  }

  /** Truncates the current log file. */
  truncateLog(allocationId: string, type: LogType): void {
    const { allocation, task } = this.#task(allocationId);
    this.#core.logs.open(allocation, task, type).truncate();
  }

  /** Returns everything that rotation has left of a task's log. */
  readLog(allocationId: string, type: LogType): Buffer {
    const { allocation, task } = this.#task(allocationId);
    const log = this.#core.logs.open(allocation, task, type);
    return Buffer.concat(log.files.flatMap((file) => file.chunks));
  }

  /** Deletes the logs of an allocation, as the client's garbage collection does. */
  collectLogs(allocationId: string): void {
    this.#core.logs.collect(allocationId);
  }

  /** Ends the next stream of an allocation's log with this text in its body. */
  breakNextLogStream(allocationId: string, text: string): void {
    this.#core.logs.breakNext(allocationId, text);
  }

  /** Whether Nomad's servers have a leader. */
  get leader(): boolean {
    return this.#core.leader;
  }

  setLeader(leader: boolean): void {
    this.#core.leader = leader;
  }

  /** Serializes the long lists once, so that the first request does not wait for it. */
  #printLists(): void {
    const { state, dialect, lists } = this.#core;
    if (!dialect.since('1.0')) return;
    const form = { taskStates: false, resources: true };
    const printed = [
      lists.print({ list: 'nodes', form: 'true/false' }, state.nodes.all(), (node) =>
        nodeStub(node, { resources: true, os: false }, dialect),
      ),
      lists.print({ list: 'allocations', form: 'false/true' }, state.allocations.all(), (one) =>
        allocationStub(one, form, dialect),
      ),
    ];
    for (const pieces of printed) for (const _ of pieces);
  }

  #collectDeadJobs(): void {
    const due = new Map<string, number>();
    this.state.onChange(({ jobs }) => {
      for (const job of jobs) {
        if (job.status !== 'dead' || due.has(job.id)) continue;
        due.set(job.id, job.modifyIndex);
        this.#core.agenda.in(JOB_GC_MS, () => {
          due.delete(job.id);
          if (this.state.jobs.get(job.id)?.status === 'dead') this.#core.scheduler.forget(job.id);
        });
      }
    });
  }

  #node(id: string): NodeRecord {
    const node = this.state.nodes.get(id);
    if (node === undefined) throw new Error(`the sandbox has no node ${id}`);
    return node;
  }

  #task(allocationId: string): {
    readonly allocation: AllocationRecord;
    readonly task: TaskRecord;
  } {
    const allocation = this.state.allocations.get(allocationId);
    const task = allocation?.tasks?.[0];
    if (allocation === undefined || task === undefined) {
      throw new Error(`the sandbox has no started allocation ${allocationId}`);
    }
    return { allocation, task };
  }
}
