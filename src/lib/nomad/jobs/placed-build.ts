import type { BuildEnd, EndedBuild, PlacedBuild } from '../drain/drain-events.ts';
import type { Allocation } from '../model.ts';
import { type AllocationOutcome, describeEnd, isLive } from './allocation-end.ts';
import { isBuild, parseBuildName } from './build-name.ts';

/** Converts an allocation to the build of a drain. */
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
 * Determines how an allocation that is no longer live ended.
 *
 * @param last the last state while it was live
 * @param final the state that was read afterwards; null if Nomad no longer knows the allocation
 * @param gone whether Nomad no longer knows its client
 */
export function endedBuild(last: Allocation, final: Allocation | null, gone: boolean): EndedBuild {
  const known = final ?? last;
  const jobType = known.jobType ?? last.jobType;
  const build = { ...placedBuild(last), jobType };
  if (final === null || isLive(final)) {
    return { ...build, how: gone ? 'lost' : 'unknown', exitCode: null };
  }
  const end = describeEnd({ ...final, jobType });
  return { ...build, how: endOf(end.outcome, final.migrate), exitCode: end.exitCode };
}

function endOf(outcome: AllocationOutcome, migrate: boolean): BuildEnd {
  switch (outcome) {
    case 'stopped':
      return migrate ? 'migrated' : 'stopped';
    case 'pending':
    case 'running':
      return 'unknown';
    default:
      return outcome;
  }
}

/** Returns whether a build did not end by itself: a drain killed it, or it was lost. */
export function isDamaged(build: EndedBuild): boolean {
  return build.how === 'killed-by-drain' || (build.how === 'lost' && isBuild(build));
}

/** Returns whether a drain that ignores system jobs leaves it running. */
export function isSystem(build: Pick<PlacedBuild, 'jobType'>): boolean {
  return build.jobType === 'system' || build.jobType === 'sysbatch';
}
