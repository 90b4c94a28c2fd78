import { known } from '../snapshot/evidence.ts';
import type { QueueFacts } from './facts.ts';

/**
 * Returns whether it is known to which build each job in Nomad's list belongs. Up to 4.2, every job
 * is named after its build. The names in later versions are not published, so a job without the
 * name of a build may belong to any build.
 */
export function namesEveryJob({ pipeline, snapshot }: Pick<QueueFacts, 'pipeline' | 'snapshot'>) {
  const jobs = known(snapshot.nomad.jobs);
  if (jobs === null) return false;
  return pipeline !== 'distributor' || jobs.every(({ slug }) => slug !== null);
}
