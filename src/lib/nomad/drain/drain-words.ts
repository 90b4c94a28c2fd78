import { firstNames } from '../../join-names.ts';
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
  return firstNames(
    builds.map((build) => buildLabel(build.jobId)),
    MAX_NAMED,
  );
}
