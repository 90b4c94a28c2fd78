import type { Random } from '../random.ts';
import type { Agenda } from './agenda.ts';
import type { Fleet } from './fleet.ts';
import {
  type AllocationRecord,
  type EvaluationRecord,
  isClientTerminal,
  isTerminal,
  type NodeRecord,
} from './records.ts';
import type { Scheduler } from './scheduler.ts';
import type { NomadState } from './state.ts';
import type { Dialect } from './version.ts';

/** The parameters of a drain. */
export interface DrainRequest {
  /** In nanoseconds; zero for no deadline, negative for a forced drain. */
  readonly deadlineNs: bigint;
  readonly ignoreSystemJobs: boolean;
  readonly meta: Readonly<Record<string, string>> | null;
}

/** The delay until the drainer notices ended allocations. */
const NOTICE_MS = 50;
/** Deadlines are collected for a while before they are processed (nomad/drainer/watch_nodes.go). */
const COALESCE_MS: readonly [number, number] = [1_000, 5_000];
const FORCE_MS = 1_000;

/**
 * Drains nodes as nomad/drainer does; see the recordings of drains and of the builds they killed.
 */
export class Drainer {
  readonly #state: NomadState;
  readonly #scheduler: Scheduler;
  readonly #fleet: Fleet;
  readonly #agenda: Agenda;
  readonly #random: Random;
  readonly #dialect: Dialect;
  /** The last drain seen on each node. When the node changes, only a new drain is checked. */
  readonly #known = new WeakMap<NodeRecord, NodeRecord['drain']>();

  constructor(parts: {
    readonly state: NomadState;
    readonly scheduler: Scheduler;
    readonly fleet: Fleet;
    readonly agenda: Agenda;
    readonly random: Random;
    readonly dialect: Dialect;
  }) {
    this.#state = parts.state;
    this.#scheduler = parts.scheduler;
    this.#fleet = parts.fleet;
    this.#agenda = parts.agenda;
    this.#random = parts.random;
    this.#dialect = parts.dialect;
    this.#state.onChange(({ nodes, allocations }) => {
      for (const node of nodes) {
        const isKnown = this.#known.get(node) === node.drain;
        this.#known.set(node, node.drain);
        if (!isKnown || node.status === 'down') this.#completeIfDone(node);
      }
      for (const allocation of allocations) {
        // Nomad's drainer ignores the allocations of purged jobs (nomad/drainer/watch_jobs.go).
        if (this.#state.jobs.get(allocation.job.id) === undefined) continue;
        const node = this.#state.nodes.get(allocation.nodeId);
        if (node !== undefined) this.#completeIfDone(node);
      }
    });
  }

  /**
   * Starts a drain, or restarts the deadline of one in progress. Returns the index of the log
   * entry.
   */
  start(node: NodeRecord, request: DrainRequest): number {
    const now = this.#state.stamp();
    const index = this.#state.apply(this.#entryType(), (transaction) => {
      const isSame =
        request.deadlineNs === 0n &&
        node.drain?.deadlineNs === 0n &&
        node.drain.ignoreSystemJobs === request.ignoreSystemJobs;
      const message =
        node.drain === null ? 'Node drain strategy set' : 'Node drain stategy updated';
      node.drain = {
        deadlineNs: request.deadlineNs,
        ignoreSystemJobs: request.ignoreSystemJobs,
        startedAt: now,
        forceAt: request.deadlineNs > 0n ? now + request.deadlineNs : null,
      };
      if (isSame) this.#known.set(node, node.drain);
      node.lastDrain = { status: 'draining', startedAt: now, updatedAt: now, meta: request.meta };
      node.eligible = false;
      node.statusUpdatedAt = now;
      this.#fleet.addEvent(node, { message, subsystem: 'Drain', details: null }, transaction.index);
      transaction.putNode(node);
    });
    this.#setDeadline(node);
    this.#migrateServices(node);
    return index;
  }

  /** Cancels a drain; with `markEligible`, the node becomes eligible again. */
  cancel(
    node: NodeRecord,
    markEligible: boolean,
    meta: Readonly<Record<string, string>> | null,
  ): { readonly index: number; readonly evaluations: readonly EvaluationRecord[] } {
    const wasEligible = node.eligible;
    const index = this.#state.apply(this.#entryType(), (transaction) => {
      if (node.drain !== null) {
        const message = 'Node drain disabled';
        this.#fleet.addEvent(
          node,
          { message, subsystem: 'Drain', details: null },
          transaction.index,
        );
        this.#endLastDrain(node, 'canceled', meta);
      }
      node.drain = null;
      if (markEligible) node.eligible = true;
      node.statusUpdatedAt = this.#state.stamp();
      transaction.putNode(node);
    });
    const evaluations = !wasEligible && markEligible ? this.#scheduler.nodeUpdated(node) : [];
    return { index, evaluations };
  }

  #setDeadline(node: NodeRecord): void {
    const drain = node.drain;
    if (drain === null || drain.deadlineNs === 0n) return;
    const wait =
      drain.deadlineNs < 0n
        ? FORCE_MS
        : Number(drain.deadlineNs / 1_000_000n) + this.#random.integer(...COALESCE_MS);
    this.#agenda.in(wait, () => {
      if (node.drain === drain) this.#expire(node);
    });
  }

  /** Like Nomad, clears the drain strategy before the tasks have stopped. */
  #expire(node: NodeRecord): void {
    const left = this.#drained(node).filter((allocation) => !isTerminal(allocation));
    if (left.length === 0) this.#complete(node, true);
    else this.#scheduler.migrate(left, () => this.#complete(node, true));
  }

  #migrateServices(node: NodeRecord): void {
    const services = this.#drained(node).filter(
      (allocation) => allocation.job.type === 'service' && !isTerminal(allocation),
    );
    if (services.length === 0) return;
    this.#agenda.in(NOTICE_MS, () => {
      const left = services.filter((allocation) => !isTerminal(allocation));
      if (node.drain !== null && left.length > 0) this.#scheduler.migrate(left, () => undefined);
    });
  }

  #completeIfDone(node: NodeRecord): void {
    if (node.drain === null || !this.#isDone(node)) return;
    const drain = node.drain;
    this.#agenda.in(NOTICE_MS, () => {
      if (node.drain === drain && this.#isDone(node)) this.#complete(node, false);
    });
  }

  #isDone(node: NodeRecord): boolean {
    if (node.status === 'down') return true;
    // Until GH-14348 (1.5.4, 1.4.9, 1.3.14), the desired status `stop` was sufficient.
    const ended = this.#waitsForClient() ? isClientTerminal : isTerminal;
    return this.#drained(node).every(ended);
  }

  #waitsForClient(): boolean {
    const { since } = this.#dialect;
    if (since('1.5.0')) return since('1.5.4');
    if (since('1.4.0')) return since('1.4.9');
    return since('1.3.14');
  }

  #drained(node: NodeRecord): readonly AllocationRecord[] {
    const ignoreSystem = node.drain?.ignoreSystemJobs ?? false;
    return this.#state
      .allocationsOfNode(node.id)
      .filter((allocation) => !ignoreSystem || allocation.job.type !== 'system');
  }

  #complete(node: NodeRecord, deadlineReached: boolean): void {
    this.#state.apply('NodeDrain', (transaction) => {
      node.drain = null;
      const details = deadlineReached ? { deadline_reached: 'true' } : null;
      const message = 'Node drain complete';
      this.#fleet.addEvent(node, { message, subsystem: 'Drain', details }, transaction.index);
      this.#endLastDrain(node, 'complete', null);
      node.statusUpdatedAt = this.#state.stamp();
      transaction.putNode(node);
    });
  }

  #endLastDrain(
    node: NodeRecord,
    status: 'complete' | 'canceled',
    meta: Readonly<Record<string, string>> | null,
  ): void {
    const now = this.#state.stamp();
    const last = node.lastDrain;
    node.lastDrain = {
      status,
      startedAt: last?.startedAt ?? now,
      updatedAt: now,
      meta: meta ?? last?.meta ?? null,
    };
  }

  /** Nomad 1.0 publishes only the end of a drain on its event stream. */
  #entryType(): string {
    return this.#dialect.since('1.1') ? 'NodeDrain' : '';
  }
}
