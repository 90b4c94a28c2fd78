import type { Allocation, TaskEvent } from '../model.ts';
import { isBuild } from './build-name.ts';

/** The outcome of an allocation, according to the status that its client reports. */
export type AllocationOutcome =
  | 'pending'
  | 'running'
  | 'completed'
  | 'failed'
  | 'killed-by-drain'
  | 'stopped'
  | 'lost'
  | 'unknown';

/** The end of an allocation, or its current state if it has not ended. */
export interface AllocationEnd {
  readonly outcome: AllocationOutcome;
  /**
   * The exit code of the task that ended last; null while it runs, or if the task states are
   * unknown.
   */
  readonly exitCode: number | null;
  /** The signal that ended the task; null if there was none. */
  readonly signal: number | null;
  readonly finishedAt: Date | null;
}

/**
 * Returns whether an allocation may still run on its client. The status `unknown` (the client is
 * disconnected) does not prove an end, so it counts as live.
 */
export function isLive(allocation: Pick<Allocation, 'clientStatus'>): boolean {
  return ['pending', 'running', 'unknown'].includes(allocation.clientStatus);
}

/**
 * Returns whether a drain (by its deadline or by force) killed a build. Nomad reports such a build
 * as `complete`, often with exit code 0. It is recognised only by the wish to migrate it in
 * combination with a kill among its task events (observed on Nomad 1.0.4).
 *
 * @returns null if a drain stopped it but the task events are unknown
 */
export function wasKilledByDrain(
  allocation: Pick<Allocation, 'desiredStatus' | 'migrate' | 'tasks'>,
): boolean | null {
  if (!allocation.migrate || allocation.desiredStatus !== 'stop') return false;
  return allocation.tasks === null ? null : wasKilled(allocation.tasks);
}

/**
 * Determines how an allocation ended from its client status, its task events and its drain mark.
 */
export function describeEnd(
  allocation: Pick<
    Allocation,
    'clientStatus' | 'desiredStatus' | 'migrate' | 'tasks' | 'jobId' | 'jobType'
  >,
): AllocationEnd {
  const ended = isLive(allocation) ? null : lastTermination(allocation.tasks ?? []);
  const finished = (allocation.tasks ?? [])
    .map((task) => task.finishedAt?.getTime() ?? null)
    .filter((at) => at !== null);
  return {
    outcome: outcomeOf(allocation),
    exitCode: ended?.exitCode ?? null,
    signal: ended?.signal ? ended.signal : null,
    finishedAt: finished.length === 0 ? null : new Date(Math.max(...finished)),
  };
}

function outcomeOf(allocation: Parameters<typeof describeEnd>[0]): AllocationOutcome {
  switch (allocation.clientStatus) {
    case 'complete':
    case 'failed':
      // A drain stops services and system jobs by design; they do not count as killed builds.
      if (wasKilledByDrain(allocation)) {
        return isBuild(allocation) ? 'killed-by-drain' : 'stopped';
      }
      if (allocation.desiredStatus === 'stop' && wasKilled(allocation.tasks ?? []))
        return 'stopped';
      return allocation.clientStatus === 'complete' ? 'completed' : 'failed';
    default:
      return allocation.clientStatus;
  }
}

function wasKilled(tasks: NonNullable<Allocation['tasks']>): boolean {
  return tasks.some((task) =>
    task.events.some((event) => event.type === 'Killing' || event.type === 'Killed'),
  );
}

function lastTermination(tasks: NonNullable<Allocation['tasks']>): TaskEvent | undefined {
  return tasks
    .flatMap((task) => task.events)
    .filter((event) => event.type === 'Terminated')
    .sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0))
    .at(-1);
}
