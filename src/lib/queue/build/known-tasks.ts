import { AdminError } from '../../errors.ts';
import { known } from '../snapshot/evidence.ts';
import type { BuildFacts } from './build-facts.ts';
import { tasksNamed } from './stage-steps.ts';

const LISTED = 6;

/** Returns the parallel tasks that Nomad or a log names. */
export function tasksSeen({ jobs, stages }: Pick<BuildFacts, 'jobs' | 'stages'>): Set<number> {
  const reports = known(jobs) ?? [];
  return new Set([
    ...reports.map(({ job }) => job.taskIndex ?? 0),
    ...stages.flatMap((evidence) => tasksNamed(evidence)),
  ]);
}

/** Returns all tasks according to the UI's count; empty if the UI does not report it. */
export function tasksCounted({ ui }: Pick<BuildFacts, 'ui'>): readonly number[] {
  const count = known(ui)?.parallel ?? 0;
  return Array.from({ length: count }, (_, task) => task);
}

/**
 * Throws if the requested parallel task does not exist: the build has other tasks, and no source
 * suggests a task with this index. If Nomad could not be read and the UI reports no count, the
 * tasks are unknown.
 *
 * @throws AdminError of kind `notFound`, code TASK_NOT_FOUND
 */
export function refuseUnknownTask(facts: BuildFacts): void {
  const { build, jobs } = facts;
  const { task } = build;
  const counted = tasksCounted(facts);
  if (task === null || (jobs.status !== 'known' && counted.length === 0)) return;
  const tasks = new Set([...tasksSeen(facts), ...counted]);
  // A later task implies this one, even if it was lost.
  if (tasks.size === 0 || Math.max(...tasks) >= task) return;
  // If only its ID is known, the name is the text as given.
  const name = build.name.replace(/:\d+$/, '');
  const all = [...tasks].sort((a, b) => a - b);
  const more = all.length > LISTED ? ', ...' : '';
  const listed = `${all.slice(0, LISTED).join(', ')}${more}`;
  const amount = all.length === 1 ? '1 task' : `${all.length} tasks`;
  throw new AdminError('notFound', `${name} has ${amount} (${listed}), and no task ${task}`, {
    code: 'TASK_NOT_FOUND',
    hint: `To follow all of its tasks: circleci-admin troubleshoot build ${name}`,
  });
}
