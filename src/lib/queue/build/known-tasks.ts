import { AdminError } from '../../errors.ts';
import { known } from '../snapshot/evidence.ts';
import type { BuildFacts } from './build-facts.ts';
import { tasksNamed } from './stage-steps.ts';

const LISTED = 6;

/** The parallel tasks that Nomad or a log names. */
export function tasksSeen({ jobs, stages }: Pick<BuildFacts, 'jobs' | 'stages'>): Set<number> {
  const reports = known(jobs) ?? [];
  return new Set([
    ...reports.map(({ job }) => job.taskIndex ?? 0),
    ...stages.flatMap((evidence) => tasksNamed(evidence)),
  ]);
}

/** Those that the build has by the UI's count; none where the UI does not tell it. */
export function tasksCounted({ ui }: Pick<BuildFacts, 'ui'>): readonly number[] {
  const count = known(ui)?.parallel ?? 0;
  return Array.from({ length: count }, (_, task) => task);
}

/**
 * Refuses a parallel task that a build does not have: others of its tasks are known, and nothing says
 * that it has as many as that. Where neither the UI tells their number nor Nomad could be read, its
 * tasks are not known.
 *
 * @throws AdminError of kind `notFound`, code TASK_NOT_FOUND
 */
export function refuseUnknownTask(facts: BuildFacts): void {
  const { build, jobs } = facts;
  const { task } = build;
  const counted = tasksCounted(facts);
  if (task === null || (jobs.status !== 'known' && counted.length === 0)) return;
  const tasks = new Set([...tasksSeen(facts), ...counted]);
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
