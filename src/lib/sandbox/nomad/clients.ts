import type { Timer } from '../clock.ts';
import type { Agenda } from './agenda.ts';
import { type AllocationRecord, isClientTerminal, type TaskRecord } from './records.ts';
import type { NomadState } from './state.ts';
import {
  endedTasks,
  interruptedTasks,
  killedTasks,
  killTimeoutMs,
  startedTasks,
} from './task-life.ts';

/** The time from placement to a running task. */
const START_MS = 200;
/**
 * The delay between the servers' stop request and the client's interrupt, and between the kill and
 * the client's report.
 */
const NOTICE_MS = 8;
const REPORT_MS = 75;

/**
 * The Nomad clients: start the allocations placed on them, end them when their duration has
 * elapsed, and kill them on request of the servers. A client without heartbeats continues, and
 * reports later.
 */
export class Clients {
  readonly #state: NomadState;
  readonly #agenda: Agenda;
  readonly #timers = new Map<string, Timer>();
  readonly #killing = new Set<string>();
  /** Allocations that wait until the allocation they replace has ended. */
  readonly #waiting = new Map<string, AllocationRecord>();
  /** The reports of clients without heartbeats, by node ID. */
  readonly #unreported = new Map<string, (() => void)[]>();

  constructor(state: NomadState, agenda: Agenda) {
    this.#state = state;
    this.#agenda = agenda;
    state.onChange(({ allocations }) => {
      for (const allocation of allocations) this.#continue(allocation);
    });
  }

  /** Ends a running build now. */
  finish(allocation: AllocationRecord, exitCode: number): void {
    if (allocation.tasks === null || isClientTerminal(allocation)) return;
    this.#clear(allocation);
    this.#report(allocation, () => {
      if (isClientTerminal(allocation)) return;
      const now = this.#state.stamp();
      this.#update(allocation, endedTasks(allocation.tasks ?? [], now, exitCode), exitCode);
    });
  }

  /** Schedules the end of a build that is already running, in `leftMs` milliseconds. */
  adopt(allocation: AllocationRecord, leftMs: number): void {
    this.#endIn(allocation, leftMs);
  }

  /**
   * Sends the reports of a client whose heartbeats have resumed, and stops what the servers have
   * marked as lost or stopped meanwhile.
   */
  reconnected(nodeId: string): void {
    const reports = this.#unreported.get(nodeId) ?? [];
    this.#unreported.delete(nodeId);
    for (const report of reports) report();
    for (const allocation of this.#state.allocationsOfNode(nodeId)) {
      if (allocation.client === 'lost') this.#endLost(allocation);
      else this.#continue(allocation);
    }
  }

  #continue(allocation: AllocationRecord): void {
    if (isClientTerminal(allocation)) {
      this.#clear(allocation);
      const successor = this.#waiting.get(allocation.id);
      this.#waiting.delete(allocation.id);
      if (successor !== undefined) this.#begin(successor);
    } else if (allocation.desired !== 'run') this.#kill(allocation);
    else if (allocation.tasks === null && !this.#timers.has(allocation.id)) {
      const previous = this.#state.allocations.get(allocation.previous);
      if (previous === undefined || isClientTerminal(previous)) this.#begin(allocation);
      else this.#waiting.set(previous.id, allocation);
    }
  }

  #begin(allocation: AllocationRecord): void {
    if (this.#timers.has(allocation.id)) return;
    const timer = this.#agenda.in(START_MS, () => {
      this.#timers.delete(allocation.id);
      this.#report(allocation, () => {
        if (allocation.desired !== 'run' || isClientTerminal(allocation)) return;
        const now = this.#state.stamp();
        this.#state.apply('AllocationUpdated', (transaction) => {
          allocation.tasks = startedTasks(allocation, now);
          allocation.client = 'running';
          allocation.clientDescription = 'Tasks are running';
          allocation.modifiedAt = now;
          transaction.putAllocation(allocation, true);
        });
        const { durationMs } = allocation.job.behaviour;
        if (durationMs !== null) this.#endIn(allocation, durationMs);
      });
    });
    this.#timers.set(allocation.id, timer);
  }

  #endIn(allocation: AllocationRecord, ms: number): void {
    const timer = this.#agenda.in(ms, () =>
      this.finish(allocation, allocation.job.behaviour.exitCode),
    );
    this.#timers.set(allocation.id, timer);
  }

  #kill(allocation: AllocationRecord): void {
    if (this.#killing.has(allocation.id)) return;
    this.#killing.add(allocation.id);
    const running = allocation.tasks;
    if (running === null) {
      this.#clear(allocation);
      this.#killing.add(allocation.id);
      this.#agenda.in(NOTICE_MS, () =>
        this.#report(allocation, () => this.#update(allocation, [], 0)),
      );
      return;
    }
    this.#agenda.in(NOTICE_MS, () => {
      if (isClientTerminal(allocation)) return;
      this.#report(allocation, () => {
        this.#clear(allocation);
        this.#killing.add(allocation.id);
        const tasks = interruptedTasks(allocation, running, this.#state.stamp());
        this.#state.apply('AllocationUpdated', (transaction) => {
          allocation.tasks = tasks;
          transaction.putAllocation(allocation, true);
        });
        this.#agenda.in(killTimeoutMs(allocation) + REPORT_MS, () =>
          this.#report(allocation, () => {
            if (isClientTerminal(allocation)) return;
            this.#update(allocation, killedTasks(tasks, this.#state.stamp()), 0);
          }),
        );
      });
    });
  }

  #endLost(allocation: AllocationRecord): void {
    this.#agenda.in(killTimeoutMs(allocation), () => {
      const tasks = allocation.tasks ?? [];
      if (allocation.client !== 'lost' || tasks.some((task) => task.state === 'dead')) return;
      this.#update(allocation, killedTasks(tasks, this.#state.stamp()), 0);
    });
  }

  #update(allocation: AllocationRecord, tasks: readonly TaskRecord[], exitCode: number): void {
    this.#state.apply('AllocationUpdated', (transaction) => {
      allocation.tasks = tasks;
      allocation.client = exitCode === 0 ? 'complete' : 'failed';
      allocation.clientDescription = exitCode === 0 ? 'All tasks have completed' : 'Failed tasks';
      allocation.modifiedAt = this.#state.stamp();
      transaction.putAllocation(allocation, true);
    });
  }

  /** Sends a report to the servers, or keeps it until the client can reach them again. */
  #report(allocation: AllocationRecord, report: () => void): void {
    if (this.#state.nodes.get(allocation.nodeId)?.heartbeating === false) {
      const waiting = this.#unreported.get(allocation.nodeId) ?? [];
      waiting.push(report);
      this.#unreported.set(allocation.nodeId, waiting);
    } else report();
  }

  #clear(allocation: AllocationRecord): void {
    this.#timers.get(allocation.id)?.cancel();
    this.#timers.delete(allocation.id);
    this.#killing.delete(allocation.id);
  }
}
