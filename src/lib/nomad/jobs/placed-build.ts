import type { BuildEnd, EndedBuild, PlacedBuild } from '../drain/drain-events.ts';
import type { Allocation } from '../model.ts';
import { describeEnd, isLive } from './allocation-end.ts';
import { parseBuildName } from './build-name.ts';

/** An allocation as a drain speaks of it. */
export function placedBuild(allocation: Allocation): PlacedBuild {
  const name = parseBuildName(allocation.jobId);
  return {
    allocation: allocation.id,
    jobId: allocation.jobId,
    slug: name?.slug ?? null,
    number: name?.number ?? null,
    jobType: allocation.jobType,
    since: allocation.createdAt,
  };
}

/**
 * How an allocation that is no longer live ended.
 *
 * @param last what was seen of it while it was live
 * @param final what was read of it afterwards; null where Nomad has forgotten it
 * @param gone whether its client has vanished from Nomad
 */
export function endedBuild(last: Allocation, final: Allocation | null, gone: boolean): EndedBuild {
  const known = final ?? last;
  const jobType = known.jobType ?? last.jobType;
  const build = { ...placedBuild(last), jobType };
  if (final === null || isLive(final)) {
    return { ...build, how: gone ? 'lost' : 'unknown', exitCode: null };
  }
  const end = describeEnd(final);
  return { ...build, how: endOf(end.outcome, build), exitCode: end.exitCode };
}

function endOf(outcome: ReturnType<typeof describeEnd>['outcome'], build: PlacedBuild): BuildEnd {
  switch (outcome) {
    case 'killed-by-drain':
      return isBuild(build) ? 'killed-by-drain' : 'migrated';
    case 'pending':
    case 'running':
      return 'unknown';
    default:
      return outcome;
  }
}

/** Whether its loss is a loss of work: batch, or named as a build, or of a type nobody told. */
function isBuild(build: PlacedBuild): boolean {
  return build.number !== null || build.jobType === null || build.jobType === 'batch';
}

/** Whether a drain that ignores system jobs leaves it running. */
export function isSystem(build: Pick<PlacedBuild, 'jobType'>): boolean {
  return build.jobType === 'system' || build.jobType === 'sysbatch';
}
