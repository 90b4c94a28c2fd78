import { buildLabel } from '../jobs/build-name.ts';
import type { PlacedBuild } from './drain-events.ts';

const NAMED = 8;

/** A moment as people say it: `14:05 UTC`, with its date when that is another day. */
export function clockTime(moment: Date, now: Date): string {
  const [day = '', time = ''] = moment.toISOString().split('T');
  const today = now.toISOString().startsWith(day);
  return `${today ? '' : `${day} `}${time.slice(0, 5)} UTC`;
}

/** Builds by their names: the first 8, and how many more there are. */
export function namedBuilds(builds: readonly Pick<PlacedBuild, 'jobId'>[]): string {
  const names = builds.slice(0, NAMED).map((build) => buildLabel(build.jobId));
  const more = builds.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
