import type { Allocation, TaskEvent } from '../model.ts';
import { isBuild } from './build-name.ts';

/** What has become of a build on a client, by what the client says. */
export type AllocationOutcome =
  | 'pending'
  | 'running'
  | 'completed'
  | 'failed'
  | 'killed-by-drain'
  | 'stopped'
  | 'lost'
  | 'unknown';

/** How an allocation ended, or that it has not. */
export interface AllocationEnd {
  readonly outcome: AllocationOutcome;
  /** Exit code of the task that ended last; null while it runs, and where task states are unknown. */
  readonly exitCode: number | null;
  /** Signal that ended it; null when none did. */
  readonly signal: number | null;
  readonly finishedAt: Date | null;
}

/**
 * Whether an allocation may still be running on its client. `unknown` (a disconnected client) is
 * not proof of an end, so it counts as live.
 */
export function isLive(allocation: Pick<Allocation, 'clientStatus'>): boolean {
  return ['pending', 'running', 'unknown'].includes(allocation.clientStatus);
}

/**
 * Whether a drain (its deadline, or force) killed a build. Nomad calls such a build `complete`, with
 * exit code 0 as often as not; only the wish to migrate it together with a kill among its task
 * events gives it away (seen on Nomad 1.0.4).
 *
 * @returns null where a drain wanted it gone but the task events were not read
 */
export function wasKilledByDrain(
  allocation: Pick<Allocation, 'desiredStatus' | 'migrate' | 'tasks'>,
): boolean | null {
  if (!allocation.migrate || allocation.desiredStatus !== 'stop') return false;
  return allocation.tasks === null ? null : wasKilled(allocation.tasks);
}

/** How an allocation ended: told apart by client status, task events and the drain's mark. */
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
      // A drain stops services and system jobs by design: that is no build that was killed.
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
