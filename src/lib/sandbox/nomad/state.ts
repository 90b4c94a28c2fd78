import type { SandboxContext } from '../service.ts';
import {
  type AllocationRecord,
  type EvaluationRecord,
  isClientTerminal,
  isTerminal,
  type JobRecord,
  type Nanoseconds,
  type NodeRecord,
} from './records.ts';
import { Table } from './table.ts';

/** All changes made by one entry of the servers' log. */
export interface ChangeSet {
  readonly index: number;
  /** The type of the entry in the event stream. */
  readonly type: string;
  readonly nodes: ReadonlySet<NodeRecord>;
  readonly jobs: ReadonlySet<JobRecord>;
  readonly allocations: ReadonlySet<AllocationRecord>;
  readonly evaluations: ReadonlySet<EvaluationRecord>;
}

/** Makes the changes of a log entry. */
export interface Transaction {
  readonly index: number;
  putNode(node: NodeRecord): void;
  putJob(job: JobRecord): void;
  /** `byClient` marks a client's report on its own tasks. */
  putAllocation(allocation: AllocationRecord, byClient?: boolean): void;
  putEvaluation(evaluation: EvaluationRecord): void;
  /** Sets the number of allocations per group of a job that wait for placement. */
  setQueued(job: JobRecord, queued: Readonly<Record<string, number>>): void;
  deleteNode(id: string): void;
  /** Deletes a job with its allocations and evaluations. */
  deleteJob(id: string): void;
}

/**
 * The replicated state of the servers: four tables, an index that every log entry increments, and
 * listeners. Job statuses and the used resources of nodes are derived.
 */
export class NomadState {
  readonly nodes = new Table<NodeRecord>();
  readonly jobs = new Table<JobRecord>();
  readonly allocations = new Table<AllocationRecord>();
  readonly evaluations = new Table<EvaluationRecord>();
  /** The index of the last change to any job's summary. */
  summaryIndex = 1;
  index: number;
  readonly #context: SandboxContext;
  readonly #byNode = new Map<string, Set<AllocationRecord>>();
  readonly #byJob = new Map<string, Set<AllocationRecord>>();
  readonly #evaluationsByJob = new Map<string, Set<EvaluationRecord>>();
  readonly #listeners = new Set<(change: ChangeSet) => void>();
  readonly #unannounced: ChangeSet[] = [];
  #lastStamp = 0n;

  constructor(context: SandboxContext) {
    this.#context = context;
    this.index = 6;
  }

  /**
   * Returns the current time less `agoMs` milliseconds. Two stamps of the current time are never
   * equal.
   */
  stamp(agoMs = 0): Nanoseconds {
    const micros = BigInt(Math.round((this.#context.clock.nowMs() - agoMs) * 1000));
    const ns = micros * 1000n + BigInt(this.#context.random.integer(0, 999));
    if (agoMs !== 0) return ns;
    this.#lastStamp = ns > this.#lastStamp ? ns : this.#lastStamp + 1n;
    return this.#lastStamp;
  }

  /** Appends an entry to the log and returns its index. */
  apply(type: string, change: (transaction: Transaction) => void): number {
    this.index += 1;
    const index = this.index;
    const nodes = new Set<NodeRecord>();
    const jobs = new Set<JobRecord>();
    const allocations = new Set<AllocationRecord>();
    const evaluations = new Set<EvaluationRecord>();
    change({
      index,
      putNode: (node) => {
        if (node.createIndex === 0) node.createIndex = index;
        node.modifyIndex = index;
        this.nodes.add(node);
        this.nodes.index = index;
        nodes.add(node);
      },
      putJob: (job) => {
        this.#putJob(job, index);
        jobs.add(job);
      },
      putAllocation: (allocation, byClient = false) => {
        this.#putAllocation(allocation, index, byClient);
        allocations.add(allocation);
      },
      putEvaluation: (evaluation) => {
        this.#putEvaluation(evaluation, index);
        evaluations.add(evaluation);
      },
      setQueued: (job, queued) => {
        job.queued = queued;
        job.summaryIndex = index;
        this.summaryIndex = index;
      },
      deleteNode: (id) => {
        this.nodes.delete(id);
        this.nodes.index = index;
      },
      deleteJob: (id) => this.#deleteJob(id, index),
    });
    for (const job of this.#jobsWithNewStatus(allocations, evaluations, jobs)) {
      job.modifyIndex = index;
      this.jobs.index = index;
      jobs.add(job);
    }
    const set: ChangeSet = { index, type, nodes, jobs, allocations, evaluations };
    this.#announce(set);
    return index;
  }

  /** Calls `listener` after every entry. Returns a function that removes the listener. */
  onChange(listener: (change: ChangeSet) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  allocationsOfNode(nodeId: string): readonly AllocationRecord[] {
    return byId(this.#byNode.get(nodeId));
  }

  allocationsOfJob(jobId: string): readonly AllocationRecord[] {
    return byId(this.#byJob.get(jobId));
  }

  evaluationsOfJob(jobId: string): readonly EvaluationRecord[] {
    return byId(this.#evaluationsByJob.get(jobId));
  }

  /** Updates the used resources of the node for an allocation that has started or ended. */
  reserve(allocation: AllocationRecord): void {
    const occupies = !isClientTerminal(allocation);
    const node = this.nodes.get(allocation.nodeId);
    if (node === undefined || occupies === allocation.occupies) return;
    const sign = occupies ? 1 : -1;
    allocation.occupies = occupies;
    for (const task of allocation.group.tasks) {
      node.usedCpuMhz += sign * task.cpuMhz;
      node.usedMemoryMb += sign * task.memoryMb;
    }
    node.usedDiskMb += sign * allocation.group.diskMb;
  }

  /** Notifies listeners of changes in order, including changes that a listener itself makes. */
  #announce(change: ChangeSet): void {
    this.#unannounced.push(change);
    if (this.#unannounced.length > 1) return;
    for (let next = this.#unannounced[0]; next !== undefined; next = this.#unannounced[0]) {
      for (const listener of [...this.#listeners]) listener(next);
      this.#unannounced.shift();
    }
  }

  #putJob(job: JobRecord, index: number): void {
    if (job.createIndex === 0) job.createIndex = index;
    job.modifyIndex = index;
    job.jobModifyIndex = index;
    job.summaryIndex = index;
    const known = this.jobs.get(job.id);
    if (known !== undefined && known !== job) this.jobs.delete(job.id);
    this.jobs.add(job);
    this.jobs.index = index;
    this.summaryIndex = index;
  }

  #putAllocation(allocation: AllocationRecord, index: number, byClient: boolean): void {
    if (allocation.createIndex === 0) {
      allocation.createIndex = index;
      group(this.#byNode, allocation.nodeId).add(allocation);
      group(this.#byJob, allocation.job.id).add(allocation);
    }
    allocation.modifyIndex = index;
    if (!byClient) allocation.allocModifyIndex = index;
    this.allocations.add(allocation);
    this.allocations.index = index;
    allocation.job.summaryIndex = index;
    this.summaryIndex = index;
    this.reserve(allocation);
  }

  #putEvaluation(evaluation: EvaluationRecord, index: number): void {
    if (evaluation.createIndex === 0) {
      evaluation.createIndex = index;
      group(this.#evaluationsByJob, evaluation.jobId).add(evaluation);
    }
    evaluation.modifyIndex = index;
    this.evaluations.add(evaluation);
    this.evaluations.index = index;
  }

  #deleteJob(id: string, index: number): void {
    for (const allocation of this.allocationsOfJob(id)) {
      this.allocations.delete(allocation.id);
      this.#byNode.get(allocation.nodeId)?.delete(allocation);
    }
    for (const evaluation of this.evaluationsOfJob(id)) this.evaluations.delete(evaluation.id);
    this.#byJob.delete(id);
    this.#evaluationsByJob.delete(id);
    this.jobs.delete(id);
    this.jobs.index = index;
    this.allocations.index = index;
    this.evaluations.index = index;
  }

  #jobsWithNewStatus(
    allocations: Iterable<AllocationRecord>,
    evaluations: Iterable<EvaluationRecord>,
    jobs: Iterable<JobRecord>,
  ): readonly JobRecord[] {
    const touched = new Set<JobRecord>(jobs);
    for (const allocation of allocations) touched.add(allocation.job);
    for (const evaluation of evaluations) {
      const job = this.jobs.get(evaluation.jobId);
      if (job !== undefined) touched.add(job);
    }
    return [...touched].filter((job) => {
      const status = this.#statusOf(job);
      if (status === job.status) return false;
      job.status = status;
      return true;
    });
  }

  /** Returns the status of a job, as getJobStatus in Nomad's state_store.go determines it. */
  #statusOf(job: JobRecord): JobRecord['status'] {
    const allocations = this.#byJob.get(job.id);
    for (const allocation of allocations ?? []) if (!isTerminal(allocation)) return 'running';
    for (const evaluation of this.#evaluationsByJob.get(job.id) ?? []) {
      if (evaluation.status === 'pending' || evaluation.status === 'blocked') return 'pending';
    }
    const seen = (allocations?.size ?? 0) + (this.#evaluationsByJob.get(job.id)?.size ?? 0);
    return seen > 0 || job.stop ? 'dead' : 'pending';
  }
}

function group<T>(groups: Map<string, Set<T>>, key: string): Set<T> {
  const known = groups.get(key);
  if (known !== undefined) return known;
  const made = new Set<T>();
  groups.set(key, made);
  return made;
}

function byId<T extends { readonly id: string }>(records: Iterable<T> | undefined): readonly T[] {
  return [...(records ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
}
