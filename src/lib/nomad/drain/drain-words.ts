import { buildLabel } from '../jobs/build-name.ts';
import type { PlacedBuild } from './drain-events.ts';

const MAX_NAMED = 8;

/** Formats a time as `14:05 UTC`, with the date if it is on another day. */
export function clockTime(moment: Date, now: Date): string {
  const [day = '', time = ''] = moment.toISOString().split('T');
  const today = now.toISOString().startsWith(day);
  return `${today ? '' : `${day} `}${time.slice(0, 5)} UTC`;
}

/** Returns the names of the first 8 builds, and the number of further ones. */
export function namedBuilds(builds: readonly Pick<PlacedBuild, 'jobId'>[]): string {
  const names = builds.slice(0, MAX_NAMED).map((build) => buildLabel(build.jobId));
  const more = builds.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
