import { AdminError, isAdminError } from '../../errors.ts';
import type { NomadClient } from '../client.ts';
import {
  ambiguousJob,
  jobNotFound,
  matchJobs,
  matchNamedJobs,
  resolveJob,
} from '../jobs/find-job.ts';
import type { Allocation, AllocationId, JobId } from '../model.ts';
import { shortId } from '../quantities.ts';
import type { LogSource } from './log-session.ts';

/** What looking for logs asks of Nomad. */
export type LogTargetReader = Pick<
  NomadClient,
  'allocation' | 'allocations' | 'jobAllocations' | 'jobs'
>;

const FULL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** The task that runs a build. */
const BUILD_TASK = 'build-agent';

/**
 * Finds the allocations whose logs are meant: the one that is named by its ID or the beginning of
 * it, or all of a job's, the newest last.
 *
 * @throws AdminError of kind `usage`: AMBIGUOUS_JOB, AMBIGUOUS_ALLOCATION
 * @throws AdminError of kind `notFound`: JOB_NOT_FOUND, NO_ALLOCATION for a job that was never placed
 */
export async function findLogTargets(
  client: LogTargetReader,
  target: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly Allocation[]> {
  const wanted = target.trim();
  if (FULL_ID.test(wanted)) {
    return [(await client.allocation(wanted.toLowerCase() as AllocationId, options)).value];
  }
  const byId = new Set<AllocationId>();
  const jobIds = new Set<JobId>();
  for await (const stub of client.allocations({ ...options, taskStates: false })) {
    if (hasPrefix(stub.id, wanted)) byId.add(stub.id);
    jobIds.add(stub.jobId);
  }
  const named = matchNamedJobs(wanted, [...jobIds]);
  const jobs = named.length > 0 ? named : matchJobs(wanted, [...jobIds]);
  const [job, ...otherJobs] = jobs;
  const [allocation, ...otherAllocations] = named.length > 0 ? [] : byId;
  if (allocation && (job || otherAllocations.length > 0)) throw ambiguous(target, [...byId], jobs);
  if (otherJobs.length > 0) throw ambiguousJob(target, jobs);
  if (job) return newestLast(await client.jobAllocations(job, options));
  if (allocation) return [(await client.allocation(allocation, options)).value];
  throw await notPlaced(client, target, options);
}

/**
 * Which task of an allocation to read: the one that is asked for, the build agent, or the only one.
 *
 * @throws AdminError of kind `usage`, code UNKNOWN_TASK, with the tasks that there are
 */
export function taskOf(allocation: Allocation, wanted: string | undefined): string {
  const names = (allocation.tasks ?? []).map((task) => task.name);
  if (wanted === undefined) {
    return names.includes(BUILD_TASK) ? BUILD_TASK : (names[0] ?? BUILD_TASK);
  }
  if (names.length === 0 || names.includes(wanted)) return wanted;
  throw new AdminError('usage', `allocation ${shortId(allocation.id)} has no task "${wanted}"`, {
    code: 'UNKNOWN_TASK',
    hint: `Its tasks are: ${names.join(', ')}.`,
  });
}

function newestLast(allocations: readonly Allocation[]): readonly Allocation[] {
  return [...allocations].sort(
    (a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0),
  );
}

function hasPrefix(id: AllocationId, wanted: string): boolean {
  const prefix = wanted.toLowerCase();
  return (
    prefix !== '' &&
    (id.startsWith(prefix) || (!prefix.includes('-') && id.replaceAll('-', '').startsWith(prefix)))
  );
}

function ambiguous(
  target: string,
  allocations: readonly AllocationId[],
  jobs: readonly JobId[],
): AdminError {
  const matches = [...allocations.slice(0, 8), ...jobs.slice(0, 4)].join(', ');
  return new AdminError('usage', `"${target}" is ambiguous: it may be ${matches}`, {
    code: 'AMBIGUOUS_ALLOCATION',
    hint: 'Write more of the ID, or the whole of it.',
  });
}

async function notPlaced(
  client: Pick<NomadClient, 'jobs'>,
  target: string,
  options: { readonly signal?: AbortSignal },
): Promise<AdminError> {
  try {
    const job = await resolveJob(client, target, options);
    return new AdminError('notFound', `job ${job.id} is ${job.status} and has no allocation`, {
      code: 'NO_ALLOCATION',
      hint:
        job.status === 'pending'
          ? `It has not been placed yet. See why: circleci-admin nomad status ${job.id}`
          : 'Nomad has forgotten where it ran.',
    });
  } catch (error) {
    if (isAdminError(error) && error.code === 'JOB_NOT_FOUND') return jobNotFound(target);
    throw error;
  }
}

/** The logs to read of allocations, in their order: standard error unless it is said otherwise. */
export function logSources(
  allocations: readonly Allocation[],
  wanted: { readonly stdout: boolean; readonly both: boolean; readonly task?: string | undefined },
): readonly LogSource[] {
  const one = wanted.stdout ? (['stdout'] as const) : (['stderr'] as const);
  const streams = wanted.both ? (['stderr', 'stdout'] as const) : one;
  return allocations.flatMap((allocation) =>
    streams.map((stream) => ({ allocation, task: taskOf(allocation, wanted.task), stream })),
  );
}
