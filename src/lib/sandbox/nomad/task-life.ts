import type { AllocationRecord, Nanoseconds, TaskEventRecord, TaskRecord } from './records.ts';

const MS = 1_000_000n;

/** Returns the tasks of an allocation that has started, with their events up to `startedAt`. */
export function startedTasks(
  allocation: AllocationRecord,
  startedAt: Nanoseconds,
): readonly TaskRecord[] {
  return allocation.group.tasks.map((task) => ({
    name: task.name,
    state: 'running',
    failed: false,
    startedAt: startedAt + 8_000n,
    finishedAt: null,
    events: [
      { type: 'Received', at: startedAt - 138n * MS },
      { type: 'Task Setup', at: startedAt - 135n * MS, message: 'Building Task Directory' },
      { type: 'Started', at: startedAt },
    ],
  }));
}

/** Returns tasks that exited by themselves. */
export function endedTasks(
  tasks: readonly TaskRecord[],
  at: Nanoseconds,
  exitCode: number,
): readonly TaskRecord[] {
  const events: TaskEventRecord[] = [{ type: 'Terminated', at, exitCode }];
  if (exitCode !== 0) events.push({ type: 'Not Restarting', at: at + 6n * MS });
  return tasks.map((task) => ({
    ...task,
    state: 'dead',
    failed: exitCode !== 0,
    finishedAt: at + 6n * MS + 5_000n,
    events: [...task.events, ...events],
  }));
}

/** Returns tasks that were sent an interrupt. */
export function interruptedTasks(
  allocation: AllocationRecord,
  tasks: readonly TaskRecord[],
  at: Nanoseconds,
): readonly TaskRecord[] {
  return tasks.map((task) => ({
    ...task,
    events: [...task.events, { type: 'Killing', at, killTimeoutMs: killTimeoutMs(allocation) }],
  }));
}

/** Returns tasks that were killed after the kill timeout. Their exit code is 0 nevertheless. */
export function killedTasks(tasks: readonly TaskRecord[], at: Nanoseconds): readonly TaskRecord[] {
  const message =
    'executor: error waiting on process: rpc error: code = Canceled desc = grpc: the client connection is closing';
  return tasks.map((task) => ({
    ...task,
    state: 'dead',
    failed: false,
    finishedAt: at + 2n * MS,
    events: [
      ...task.events,
      { type: 'Terminated', at, exitCode: 0, message },
      { type: 'Killed', at: at + MS },
    ],
  }));
}

/** Returns the time between the interrupt and the kill, in milliseconds. */
export function killTimeoutMs(allocation: AllocationRecord): number {
  return Math.max(0, ...allocation.group.tasks.map((task) => task.killTimeoutMs));
}
