import type { Random } from '../random.ts';
import type { Agenda } from './agenda.ts';
import type { Clients } from './clients.ts';
import type { EvaluationRecord, NodeEventRecord, NodeRecord } from './records.ts';
import type { Scheduler } from './scheduler.ts';
import type { NomadState } from './state.ts';

/** The number of events that a node keeps. */
const EVENTS_KEPT = 10;
/** The servers delete a node that has been down for this long (node_gc_threshold). */
const FORGET_MS = 24 * 3_600_000;
/** A client whose record was purged registers again at its next heartbeat. */
const HEARTBEAT_MS = 10_000;

/** Adds, loses, restores, deletes and marks nodes: all changes of nodes except drains. */
export class Fleet {
  readonly #state: NomadState;
  readonly #scheduler: Scheduler;
  readonly #clients: Clients;
  readonly #agenda: Agenda;
  readonly #random: Random;

  constructor(parts: {
    readonly state: NomadState;
    readonly scheduler: Scheduler;
    readonly clients: Clients;
    readonly agenda: Agenda;
    readonly random: Random;
  }) {
    this.#state = parts.state;
    this.#scheduler = parts.scheduler;
    this.#clients = parts.clients;
    this.#agenda = parts.agenda;
    this.#random = parts.random;
  }

  /** Adds a ready node. */
  register(node: NodeRecord): void {
    this.#state.apply('NodeRegistration', (transaction) => {
      node.events = [
        {
          message: 'Node registered',
          subsystem: 'Cluster',
          details: null,
          at: (node.statusUpdatedAt / 1_000_000_000n) * 1_000_000_000n,
          createIndex: 0,
        },
      ];
      transaction.putNode(node);
    });
  }

  /** Marks a node as eligible or ineligible; returns the resulting evaluations. */
  setEligibility(
    node: NodeRecord,
    eligible: boolean,
  ): { readonly index: number; readonly evaluations: readonly EvaluationRecord[] } {
    if (node.eligible === eligible) return { index: 0, evaluations: [] };
    const text = `Node marked as ${eligible ? 'eligible' : 'ineligible'} for scheduling`;
    const index = this.#state.apply('NodeEligibility', (transaction) => {
      node.eligible = eligible;
      this.#addEvent(
        node,
        { message: text, subsystem: 'Cluster', details: null },
        transaction.index,
      );
      transaction.putNode(node);
    });
    return { index, evaluations: eligible ? this.#scheduler.nodeUpdated(node) : [] };
  }

  /**
   * Simulates a lost machine. The node stays `ready` until the servers miss its heartbeat, after
   * about 25 seconds; then it is `down`, and still eligible.
   */
  lose(node: NodeRecord): void {
    node.heartbeating = false;
    node.linked = false;
    this.#agenda.in(this.#random.integer(22_000, 28_000), () => {
      if (!node.heartbeating && node.status === 'ready') this.#markDown(node);
    });
  }

  /** Resumes the heartbeats of a node. */
  restore(node: NodeRecord): void {
    node.heartbeating = true;
    node.linked = true;
    if (node.status === 'down') {
      this.#state.apply('NodeStreamEvent', (transaction) => {
        this.#setStatus(node, 'ready');
        const message = 'Node reregistered by heartbeat';
        this.#addEvent(node, { message, subsystem: 'Cluster', details: null }, transaction.index);
        transaction.putNode(node);
      });
    }
    this.#clients.reconnected(node.id);
    this.#scheduler.nodeUpdated(node);
  }

  /** Deletes a node. If its client still sends heartbeats, it registers again. */
  purge(node: NodeRecord): readonly EvaluationRecord[] {
    this.#state.apply('NodeDeregistration', (transaction) => transaction.deleteNode(node.id));
    const evaluations = this.#scheduler.nodeUpdated(node);
    this.#agenda.in(HEARTBEAT_MS, () => {
      if (!node.heartbeating || this.#state.nodes.get(node.id) !== undefined) return;
      node.createIndex = 0;
      node.drain = null;
      node.eligible = true;
      node.status = 'ready';
      node.statusUpdatedAt = this.#state.stamp();
      this.register(node);
    });
    return evaluations;
  }

  /** Adds an event to a node, as part of a log entry. */
  addEvent(
    node: NodeRecord,
    event: Pick<NodeEventRecord, 'message' | 'subsystem' | 'details'>,
    index: number,
  ): void {
    this.#addEvent(node, event, index);
  }

  #markDown(node: NodeRecord): void {
    this.#state.apply('NodeStreamEvent', (transaction) => {
      this.#setStatus(node, 'down');
      const message = 'Node heartbeat missed';
      this.#addEvent(node, { message, subsystem: 'Cluster', details: null }, transaction.index);
      transaction.putNode(node);
    });
    this.#scheduler.nodeUpdated(node);
    this.#agenda.in(FORGET_MS, () => {
      if (node.status !== 'down' || this.#state.nodes.get(node.id) !== node) return;
      this.#state.apply('NodeDeregistration', (transaction) => transaction.deleteNode(node.id));
    });
  }

  #setStatus(node: NodeRecord, status: NodeRecord['status']): void {
    node.status = status;
    node.statusUpdatedAt = this.#state.stamp();
  }

  #addEvent(
    node: NodeRecord,
    event: Pick<NodeEventRecord, 'message' | 'subsystem' | 'details'>,
    index: number,
  ): void {
    const added = { ...event, at: this.#state.stamp(), createIndex: index };
    node.events = [...node.events, added].slice(-EVENTS_KEPT);
  }
}
