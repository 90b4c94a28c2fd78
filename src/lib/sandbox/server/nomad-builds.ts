import type { AllocationRecord, JobRecord } from '../nomad/records.ts';
import type { NomadState } from '../nomad/state.ts';
import type { BuildRecord } from './build-history.ts';

type NomadBuild = Omit<BuildRecord, 'login'>;

/** The builds that the simulated Nomad knows, as the server sees them; newest first. */
export function nomadBuilds(state: NomadState): () => readonly NomadBuild[] {
  let index = -1;
  let builds: readonly NomadBuild[] = [];
  return () => {
    if (state.index === index) return builds;
    index = state.index;
    const placed = new Map<string, AllocationRecord>();
    for (const allocation of state.allocations.all()) placed.set(allocation.job.id, allocation);
    builds = state.jobs
      .all()
      .flatMap((job) => buildOf(job, placed.get(job.id)) ?? [])
      .sort((a, b) => b.queuedAt - a.queuedAt);
    return builds;
  };
}

function buildOf(job: JobRecord, allocation: AllocationRecord | undefined): NomadBuild | null {
  const [, org, repo, number] =
    /\/gh\/([^/]+)\/([^/]+)\/(\d+)$/.exec(job.meta?.['build_url'] ?? '') ?? [];
  if (org === undefined || repo === undefined) return null;
  const [task] = allocation?.tasks ?? [];
  return {
    org,
    repo,
    number: Number(number),
    status: statusOf(job, allocation),
    queuedAt: milliseconds(job.submittedAt) ?? 0,
    startedAt: milliseconds(task?.startedAt),
    stoppedAt: milliseconds(task?.finishedAt),
  };
}

function statusOf(job: JobRecord, allocation: AllocationRecord | undefined): NomadBuild['status'] {
  switch (allocation?.client) {
    case 'complete':
      return 'success';
    case 'failed':
    case 'lost':
      return 'failed';
    case 'running':
      return 'running';
    default:
      return job.stop ? 'canceled' : 'scheduled';
  }
}

function milliseconds(nanoseconds: bigint | null | undefined): number | null {
  return nanoseconds === null || nanoseconds === undefined
    ? null
    : Number(nanoseconds / 1_000_000n);
}
