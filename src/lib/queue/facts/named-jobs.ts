import { known } from '../snapshot/evidence.ts';
import type { QueueFacts } from './facts.ts';

/**
 * Whether Nomad's list shows which builds have a job. Up to 4.2 every build's job is named after it. The
 * names of later versions are not published: there, a job without the name of a build may be any build's.
 */
export function namesEveryJob({ pipeline, snapshot }: Pick<QueueFacts, 'pipeline' | 'snapshot'>) {
  const jobs = known(snapshot.nomad.jobs);
  if (jobs === null) return false;
  return pipeline !== 'distributor' || jobs.every(({ slug }) => slug !== null);
}
