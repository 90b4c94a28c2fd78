import { mapBounded } from '../../bounded.ts';
import { AdminError } from '../../errors.ts';
import type { NomadClient, ReadOptions } from '../client.ts';
import {
  ambiguousJob,
  areOneBuild,
  byTask,
  matchJobs,
  matchNamedJobs,
  resolveJobs,
} from '../jobs/find-job.ts';
import type { Allocation, AllocationId, JobId } from '../model.ts';
import { shortId } from '../quantities.ts';
import type { LogSource } from './log-session.ts';

/** The part of the Nomad client that finds the logs to read. */
export type LogTargetReader = Pick<
  NomadClient,
  'allocation' | 'allocations' | 'jobAllocations' | 'jobs'
>;

const READS_AT_ONCE = 10;
const FULL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** The task that runs a build. */
const BUILD_TASK = 'build-agent';

/** The jobs and allocations whose logs are requested. */
export interface LogTargets {
  /** The job, or the parallel tasks of a build; empty if an allocation was given. */
  readonly jobs: readonly JobId[];
  /** The existing allocations, by task and then oldest first. */
  readonly allocations: readonly Allocation[];
}

/** The options of the search. */
export interface LogTargetOptions extends ReadOptions {
  /** Accepts a job that is not placed yet, so that its allocations can be awaited. */
  readonly follow?: boolean;
}

/**
 * Finds the allocations whose logs are requested: the one with the given ID or ID prefix, or all
 * allocations of a job, oldest first. All parallel tasks of a build are included.
 *
 * @throws AdminError of kind `usage`: AMBIGUOUS_JOB, AMBIGUOUS_ALLOCATION
 * @throws AdminError of kind `notFound`: JOB_NOT_FOUND, NO_ALLOCATION for a job that was never
 *   placed
 */
export async function findLogTargets(
  client: LogTargetReader,
  target: string,
  options: LogTargetOptions = {},
): Promise<LogTargets> {
  const wanted = target.trim();
  if (FULL_ID.test(wanted))
    return oneAllocation(client, wanted.toLowerCase() as AllocationId, options);
  const byId = new Set<AllocationId>();
  const jobIds = new Set<JobId>();
  for await (const stub of client.allocations({ ...options, taskStates: false })) {
    if (hasPrefix(stub.id, wanted)) byId.add(stub.id);
    jobIds.add(stub.jobId);
  }
  const named = matchNamedJobs(wanted, [...jobIds]);
  const jobs = named.length > 0 ? named : matchJobs(wanted, [...jobIds]);
  const [allocation, ...otherAllocations] = named.length > 0 ? [] : byId;
  if (allocation && (jobs.length > 0 || otherAllocations.length > 0)) {
    throw ambiguous(target, [...byId], jobs);
  }
  if (allocation) return oneAllocation(client, allocation, options);
  if (jobs.length === 0) return notPlaced(client, target, options);
  if (!areOneBuild(jobs)) throw ambiguousJob(target, jobs);
  return allOfJobs(client, jobs, options);
}

async function oneAllocation(
  client: LogTargetReader,
  id: AllocationId,
  options: ReadOptions,
): Promise<LogTargets> {
  return { jobs: [], allocations: [(await client.allocation(id, options)).value] };
}

async function allOfJobs(
  client: LogTargetReader,
  ids: readonly JobId[],
  options: ReadOptions,
): Promise<LogTargets> {
  const jobs = ids.map((id) => ({ id })).sort(byTask);
  const lists = await mapBounded(jobs, READS_AT_ONCE, async ({ id }) =>
    newestLast(await client.jobAllocations(id, options)),
  );
  return { jobs: jobs.map(({ id }) => id), allocations: lists.flat() };
}

/**
 * Chooses the task of an allocation to read: the requested one, else the build agent, else the
 * first.
 *
 * @throws AdminError of kind `usage`, code UNKNOWN_TASK, with the names of the tasks
 */
export function taskOf(allocation: Allocation, wanted: string | undefined): string {
  const names = (allocation.tasks ?? []).map((task) => task.name);
  if (wanted === undefined) {
    return names.includes(BUILD_TASK) ? BUILD_TASK : (names[0] ?? BUILD_TASK);
  }
  if (names.length === 0 || names.includes(wanted)) return wanted;
  throw new AdminError('usage', `Allocation ${shortId(allocation.id)} has no task "${wanted}"`, {
    code: 'UNKNOWN_TASK',
    hint: `Its tasks are: ${names.join(', ')}.`,
  });
}

/** Sorts allocations by the time of their placement, oldest first. */
export function newestLast(allocations: readonly Allocation[]): readonly Allocation[] {
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
    hint: 'Give more characters of the ID, or the full ID.',
  });
}

/** A job without an allocation can be awaited unless it has ended. */
async function notPlaced(
  client: Pick<NomadClient, 'jobs'>,
  target: string,
  options: LogTargetOptions,
): Promise<LogTargets> {
  const jobs = await resolveJobs(client, target, options);
  const [job] = jobs;
  if (options.follow && jobs.some(({ status }) => status !== 'dead')) {
    return { jobs: jobs.map(({ id }) => id), allocations: [] };
  }
  throw new AdminError('notFound', `Job ${job.id} is ${job.status} and has no allocation`, {
    code: 'NO_ALLOCATION',
    hint:
      job.status === 'pending'
        ? `It has not been placed yet. See why: circleci-admin nomad status ${job.id}; or wait for it with --follow`
        : 'Nomad has removed its allocations.',
  });
}

/** Returns the logs to read of the allocations, in order; standard error by default. */
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
