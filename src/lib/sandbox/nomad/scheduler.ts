import type { Random } from '../random.ts';
import type { Agenda } from './agenda.ts';
import { freshAllocation, freshEvaluation } from './fresh.ts';
import { findPlacement, type Placement } from './placement.ts';
import { type DrainedRule, reconcile, type Verdict } from './reconcile.ts';
import {
  type AllocationRecord,
  type EvaluationRecord,
  isClientTerminal,
  isSchedulable,
  type JobRecord,
  type NodeRecord,
} from './records.ts';
import type { ChangeSet, NomadState, Transaction } from './state.ts';
import type { Dialect } from './version.ts';

/** The delay before a release that replaces drained builds later examines their jobs again. */
const REPLACE_LATER_MS = 30_000;

/**
 * Decides where allocations are placed. Every decision is an evaluation with its trigger, processed
 * immediately, and followed by a blocked one if there is no room.
 */
export class Scheduler {
  readonly #state: NomadState;
  readonly #random: Random;
  readonly #dialect: Dialect;
  readonly #agenda: Agenda;
  readonly #blocked = new Set<EvaluationRecord>();

  constructor(state: NomadState, random: Random, dialect: Dialect, agenda: Agenda) {
    this.#state = state;
    this.#random = random;
    this.#dialect = dialect;
    this.#agenda = agenda;
    state.onChange((change) => {
      if (this.#freesCapacity(change)) this.#retryBlocked();
    });
  }

  /** The number of evaluations that wait for capacity. */
  get blocked(): number {
    return this.#blocked.size;
  }

  /** Registers a job and tries to place it. */
  register(job: JobRecord): EvaluationRecord {
    const evaluation = this.#make(job, 'job-register', job.submittedAt);
    this.#state.apply('JobRegistered', (transaction) => {
      transaction.putJob(job);
      transaction.putEvaluation({ ...evaluation, jobModifyIndex: transaction.index });
    });
    const stored = this.#state.evaluations.get(evaluation.id) ?? evaluation;
    this.#process(stored);
    return stored;
  }

  /** Stops a job; with `purge`, then deletes it. */
  deregister(job: JobRecord, purge: boolean): EvaluationRecord {
    const evaluation = this.#make(job, 'job-deregister');
    this.#state.apply('JobDeregistered', (transaction) => {
      job.stop = true;
      transaction.putJob(job);
      transaction.putEvaluation(evaluation);
    });
    this.#process(evaluation);
    if (purge) this.forget(job.id);
    return evaluation;
  }

  /** Deletes a job with its allocations and evaluations. */
  forget(jobId: string): void {
    for (const evaluation of this.#blocked) {
      if (evaluation.jobId === jobId) this.#blocked.delete(evaluation);
    }
    this.#state.apply('JobDeregistered', (transaction) => transaction.deleteJob(jobId));
  }

  /** Evaluates every job with an allocation on a node whose state has changed. */
  nodeUpdated(node: NodeRecord): readonly EvaluationRecord[] {
    const jobs = new Set(this.#state.allocationsOfNode(node.id).map(({ job }) => job));
    const evaluations = [...jobs]
      .filter((job) => this.#state.jobs.get(job.id) === job)
      .map((job) => ({
        ...this.#make(job, 'node-update'),
        jobModifyIndex: 0,
        nodeId: node.id,
        nodeModifyIndex: node.modifyIndex,
      }));
    if (evaluations.length === 0) return [];
    this.#state.apply('EvaluationUpdated', (transaction) => {
      for (const evaluation of evaluations) transaction.putEvaluation(evaluation);
    });
    for (const evaluation of evaluations) this.#process(evaluation);
    return evaluations;
  }

  /** Marks allocations for migration and evaluates their jobs; calls `before` in between. */
  migrate(allocations: readonly AllocationRecord[], before: () => void): void {
    const jobs = new Set(allocations.map(({ job }) => job));
    const evaluations = [...jobs].map((job) => ({
      ...this.#make(job, 'node-drain'),
      jobModifyIndex: 0,
    }));
    this.#state.apply('AllocationUpdateDesiredStatus', (transaction) => {
      for (const allocation of allocations) {
        allocation.migrate = true;
        transaction.putAllocation(allocation, true);
      }
      for (const evaluation of evaluations) transaction.putEvaluation(evaluation);
    });
    before();
    for (const evaluation of evaluations) this.#process(evaluation);
    if (this.#dialect.drained !== 'replaced-later') return;
    this.#agenda.in(REPLACE_LATER_MS, () => {
      for (const job of jobs) this.#reschedule(job);
    });
  }

  #reschedule(job: JobRecord): void {
    if (this.#state.jobs.get(job.id) !== job || job.stop) return;
    const evaluation = this.#make(job, 'alloc-stop');
    this.#state.apply('EvaluationUpdated', (transaction) => transaction.putEvaluation(evaluation));
    this.#process(evaluation, 'replace-ended');
  }

  #freesCapacity(change: ChangeSet): boolean {
    if (this.#blocked.size === 0) return false;
    for (const allocation of change.allocations) if (isClientTerminal(allocation)) return true;
    for (const node of change.nodes) if (isSchedulable(node)) return true;
    return false;
  }

  #retryBlocked(): void {
    const waiting = [...this.#blocked].sort(
      (a, b) => b.priority - a.priority || a.createIndex - b.createIndex,
    );
    for (const evaluation of waiting) {
      if (this.#blocked.has(evaluation)) this.#process(evaluation);
    }
  }

  #process(
    evaluation: EvaluationRecord,
    drained: DrainedRule = this.#dialect.drained === 'replaced' ? 'replace' : 'leave',
  ): void {
    const job = this.#state.jobs.get(evaluation.jobId);
    if (job === undefined) return;
    evaluation.snapshotIndex = evaluation.snapshotIndex || this.#state.index;
    const verdict = reconcile(this.#state, job, drained);
    const failures: Record<string, Placement> = {};
    const queued: Record<string, number> = Object.fromEntries(
      job.groups.map((group) => [group.name, 0]),
    );
    const placed = this.#place(evaluation, job, verdict, failures, queued);
    this.#commitPlan(evaluation, verdict, placed);
    const failed = Object.keys(failures).length > 0;
    if (evaluation.status === 'blocked' && failed) return;
    if (failed) this.#block(evaluation, job, failures);
    this.#state.apply('EvaluationUpdated', (transaction) => {
      this.#blocked.delete(evaluation);
      evaluation.status = 'complete';
      evaluation.statusDescription = '';
      evaluation.queued = queued;
      evaluation.failures = failed
        ? Object.fromEntries(Object.entries(failures).map(([name, { metrics }]) => [name, metrics]))
        : null;
      evaluation.modifiedAt = this.#state.stamp();
      transaction.putEvaluation(evaluation);
      if (!failed)
        this.#cancelBlocked(transaction, job.id, `evaluation "${evaluation.id}" successful`);
      transaction.setQueued(job, queued);
    });
  }

  #place(
    evaluation: EvaluationRecord,
    job: JobRecord,
    verdict: Verdict,
    failures: Record<string, Placement>,
    queued: Record<string, number>,
  ): readonly AllocationRecord[] {
    const placed: AllocationRecord[] = [];
    for (const { group, name, previous } of verdict.place) {
      const placement =
        failures[group.name] ?? findPlacement(this.#state.nodes.all(), job, group, this.#random);
      if (placement.node === null) {
        const first = failures[group.name];
        failures[group.name] =
          first === undefined
            ? placement
            : {
                ...first,
                metrics: {
                  ...first.metrics,
                  coalescedFailures: first.metrics.coalescedFailures + 1,
                },
              };
        queued[group.name] = (queued[group.name] ?? 0) + 1;
        continue;
      }
      const now = this.#state.stamp();
      const allocation: AllocationRecord = {
        id: this.#random.uuid(),
        evalId: evaluation.id,
        name,
        job,
        group,
        nodeId: placement.node.id,
        nodeName: placement.node.name,
        metrics: placement.metrics,
        createdAt: now,
        previous: previous?.id ?? '',
        ...freshAllocation(now),
      };
      if (previous !== null) previous.next = allocation.id;
      // Otherwise several allocations of one plan could all be placed into the same remaining
      // capacity.
      this.#state.reserve(allocation);
      placed.push(allocation);
    }
    return placed;
  }

  #commitPlan(
    evaluation: EvaluationRecord,
    verdict: Verdict,
    placed: readonly AllocationRecord[],
  ): void {
    if (verdict.stop.length === 0 && placed.length === 0) return;
    this.#state.apply('PlanResult', (transaction) => {
      transaction.putEvaluation(evaluation);
      for (const allocation of placed) transaction.putAllocation(allocation);
      for (const { allocation, description, lost } of verdict.stop) {
        allocation.desired = 'stop';
        allocation.desiredDescription = description;
        allocation.modifiedAt = this.#state.stamp();
        if (lost) allocation.client = 'lost';
        transaction.putAllocation(allocation);
      }
    });
  }

  #block(
    evaluation: EvaluationRecord,
    job: JobRecord,
    failures: Readonly<Record<string, Placement>>,
  ): void {
    const classes = Object.values(failures).map(({ classEligibility }) => classEligibility);
    const blocked: EvaluationRecord = {
      ...this.#make(job, 'queued-allocs'),
      status: 'blocked',
      statusDescription: 'created to place remaining allocations',
      previousEval: evaluation.id,
      classEligibility: classes.includes(null) ? null : Object.assign({}, ...classes),
      snapshotIndex: this.#state.index,
    };
    this.#state.apply('EvaluationUpdated', (transaction) => {
      this.#cancelBlocked(
        transaction,
        job.id,
        `existing blocked evaluation exists for job "${job.id}"`,
      );
      transaction.putEvaluation(blocked);
      this.#blocked.add(blocked);
    });
    evaluation.blockedEval = blocked.id;
  }

  #cancelBlocked(transaction: Transaction, jobId: string, description: string): void {
    for (const blocked of this.#blocked) {
      if (blocked.jobId !== jobId) continue;
      this.#blocked.delete(blocked);
      blocked.status = 'canceled';
      blocked.statusDescription = description;
      blocked.modifiedAt = this.#state.stamp();
      transaction.putEvaluation(blocked);
    }
  }

  #make(
    job: JobRecord,
    triggeredBy: EvaluationRecord['triggeredBy'],
    at = this.#state.stamp(),
  ): EvaluationRecord {
    return {
      ...freshEvaluation(at),
      id: this.#random.uuid(),
      jobId: job.id,
      type: job.type,
      priority: job.priority,
      triggeredBy,
      jobModifyIndex: job.jobModifyIndex,
    };
  }
}
