import { mapBounded } from '../../bounded.ts';
import { isAdminError } from '../../errors.ts';
import type { NomadClient, ReadOptions } from '../client.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type { DamagedBuild, EndedBuild } from './drain-events.ts';
import { nullIfNotFound } from './drain-targets.ts';

const READS_AT_ONCE = 10;

/**
 * Returns for each build whether it was started again; null if that could not be read, in which
 * case the other facts of the build remain valid.
 */
export async function readRestarts(
  nomad: Pick<NomadClient, 'job' | 'jobAllocations'>,
  builds: readonly EndedBuild[],
  signal: AbortSignal,
): Promise<ReadonlyMap<EndedBuild, DamagedBuild['again']>> {
  if (signal.aborted) return new Map();
  const read = await mapBounded(builds, READS_AT_ONCE, async (build) => {
    try {
      return [build, await readRestart(nomad, build, { signal })] as const;
    } catch (error) {
      if (!signal.aborted && !isAdminError(error)) throw error;
      return [build, null] as const;
    }
  });
  return new Map(read);
}

/**
 * Returns whether Nomad restarts a killed or lost build. This depends on the version: up to 1.10.2
 * a killed build is started from scratch on another eligible client, and is silently dead if there
 * is none; 1.11 and later do not replace it (hashicorp/nomad #17563, #26961).
 */
async function readRestart(
  nomad: Pick<NomadClient, 'job' | 'jobAllocations'>,
  build: EndedBuild,
  options: ReadOptions,
): Promise<DamagedBuild['again']> {
  const allocations = await nomad.jobAllocations(build.jobId, options);
  const others = allocations.filter((other) => other.id !== build.allocation);
  const since = build.since?.getTime() ?? 0;
  const newer = others.filter((other) => (other.createdAt?.getTime() ?? 0) >= since);
  if (newer.some(isLive)) return 'running';
  const job = await nullIfNotFound(nomad.job(build.jobId, options));
  if (job === null || job.stopped) return 'no';
  if (job.status === 'pending') return 'waiting';
  return job.status === 'dead' ? 'no' : null;
}
