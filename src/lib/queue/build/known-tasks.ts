import { AdminError } from '../../errors.ts';
import type { BuildFacts } from './build-facts.ts';
import { tasksNamed } from './stage-steps.ts';

const LISTED = 6;

/**
 * Refuses a parallel task that a build does not have: others of its tasks are known, and nothing says
 * that it has as many as that. Where Nomad could not be read, its tasks are not known.
 *
 * @throws AdminError of kind `notFound`, code TASK_NOT_FOUND
 */
export function refuseUnknownTask({ build, jobs, stages }: BuildFacts): void {
  const { task } = build;
  if (task === null || jobs.status !== 'known') return;
  const tasks = new Set([
    ...jobs.value.map(({ job }) => job.taskIndex ?? 0),
    ...stages.flatMap(tasksNamed),
  ]);
  // With a later task there is this one too, wherever it was lost.
  if (tasks.size === 0 || Math.max(...tasks) >= task) return;
  // Where only its ID is known, it is named as it was written.
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
