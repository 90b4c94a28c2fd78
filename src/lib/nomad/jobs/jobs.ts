import type { Milliseconds } from '../../clock.ts';
import type { NomadClient } from '../client.ts';
import { collect } from '../collect.ts';
import type { Allocation, JobId, NomadJob, NomadJobDetail } from '../model.ts';
import { type AllocationOutcome, describeEnd, isLive } from './allocation-end.ts';
import {
  type BuildProject,
  type BuildSelector,
  buildProject,
  matchesBuild,
  parseBuildName,
} from './build-name.ts';
import { type Pending, readPending } from './pending-jobs.ts';
import type { PendingReason } from './pending-reason.ts';

/** The part of the Nomad client that `nomad status` uses. */
export type JobReader = Pick<NomadClient, 'jobs' | 'allocations' | 'evaluations' | 'nodes' | 'job'>;

/** A job in the list of `nomad status`. */
export interface JobRow {
  readonly id: JobId;
  /** Null for jobs that are not builds, as are the fields up to `url`. */
  readonly buildNumber: number | null;
  readonly taskIndex: number | null;
  /** `ORG-REPO`. */
  readonly slug: string | null;
  /** The organisation, if the job contains it; never guessed from the slug. */
  readonly org: string | null;
  readonly repo: string | null;
  readonly url: string | null;
  readonly type: string | null;
  readonly status: NomadJob['status'];
  readonly stopped: boolean;
  readonly submittedAt: Date | null;
  readonly ageMs: Milliseconds | null;
  readonly startedAt: Date | null;
  /**
   * The time from submission to the first start of a task. Null before that, or if Nomad no longer
   * knows the start.
   */
  readonly queueMs: Milliseconds | null;
  readonly finishedAt: Date | null;
  /** The outcome of the newest allocation; null without an allocation. */
  readonly outcome: AllocationOutcome | null;
  readonly nodeName: string | null;
  /** The number of allocations. */
  readonly placements: number;
  /** The reason why the job is pending; null for other jobs. */
  readonly pending: PendingReason | null;
}

/** Selects jobs; all given parts must match. */
export interface JobSelector {
  readonly status?: readonly NomadJob['status'][];
  readonly build?: BuildSelector | null;
}

/** What a job's allocations tell about the job. */
export interface JobTimes {
  readonly startedAt: Date | null;
  readonly newest: Allocation;
  readonly placements: number;
}

const NO_PROJECT: BuildProject = { org: null, repo: null, url: null };

/**
 * Lists jobs: pending ones first, then running ones, then ended ones, each newest first. Reads two
 * lists regardless of the number of jobs, two more if some are pending, and the details of pending
 * jobs up to a limit.
 *
 * @throws AdminError as {@link NomadClient}
 */
export async function readJobs(
  client: JobReader,
  selector: JobSelector,
  options: { readonly now: () => Date; readonly signal?: AbortSignal },
): Promise<readonly JobRow[]> {
  const read = options.signal ? { signal: options.signal } : {};
  const [jobs, times] = await Promise.all([
    collect(client.jobs(read), (job) => selects(selector, job)),
    readTimes(client, read),
  ]);
  return describeJobs(client, jobs, times, options);
}

/** Returns the rows of jobs that were already listed. */
export async function describeJobs(
  client: JobReader,
  jobs: readonly NomadJob[],
  times: ReadonlyMap<JobId, JobTimes>,
  options: { readonly now: () => Date; readonly signal?: AbortSignal },
): Promise<readonly JobRow[]> {
  const waiting = jobs.filter((job) => job.status === 'pending');
  const pending = await readPending(client, waiting, options);
  const now = options.now();
  return jobs
    .map((job) => jobRow(job, times.get(job.id) ?? null, pending.get(job.id) ?? null, now))
    .sort(byStatusThenNewest);
}

/** Returns whether a job matches a selector. */
export function selects(selector: JobSelector, job: Pick<NomadJob, 'id' | 'status'>): boolean {
  const { status, build } = selector;
  if (status && status.length > 0 && !status.includes(job.status)) return false;
  return !build || matchesBuild(job.id, build);
}

/** Returns the row of one job. */
export function jobRow(
  job: NomadJob,
  times: JobTimes | null,
  pending: Pending | null,
  now: Date,
  detail: NomadJobDetail | null = pending?.detail ?? null,
): JobRow {
  const name = parseBuildName(job.id);
  const end = times ? describeEnd(times.newest) : null;
  return {
    id: job.id,
    buildNumber: name?.number ?? null,
    taskIndex: name?.taskIndex ?? null,
    slug: name?.slug ?? null,
    ...(name && detail ? buildProject(name, detail) : NO_PROJECT),
    type: job.type,
    status: job.status,
    stopped: job.stopped,
    submittedAt: job.submittedAt,
    ageMs: between(job.submittedAt, now),
    startedAt: times?.startedAt ?? null,
    queueMs: between(job.submittedAt, times?.startedAt ?? null),
    finishedAt: times && !isLive(times.newest) ? (end?.finishedAt ?? null) : null,
    outcome: end?.outcome ?? null,
    nodeName: times?.newest.nodeName ?? null,
    placements: times?.placements ?? 0,
    pending: job.status === 'pending' ? (pending?.reason ?? null) : null,
  };
}

/** Reduces the list of allocations to one entry per job while it is read. */
export async function readTimes(
  client: Pick<NomadClient, 'allocations'>,
  options: { readonly signal?: AbortSignal },
): Promise<ReadonlyMap<JobId, JobTimes>> {
  const times = new Map<JobId, JobTimes>();
  for await (const allocation of client.allocations({ ...options, taskStates: true })) {
    times.set(allocation.jobId, addTimes(times.get(allocation.jobId), allocation));
  }
  return times;
}

/** Adds an allocation to what is known of its job. */
export function addTimes(known: JobTimes | undefined, allocation: Allocation): JobTimes {
  const startedAt = earliest([
    known?.startedAt ?? null,
    ...(allocation.tasks ?? []).map((task) => task.startedAt),
  ]);
  const newer =
    !known || (allocation.createdAt?.getTime() ?? 0) >= (known.newest.createdAt?.getTime() ?? 0);
  return {
    startedAt,
    newest: newer ? allocation : known.newest,
    placements: (known?.placements ?? 0) + 1,
  };
}

function earliest(moments: readonly (Date | null)[]): Date | null {
  const known = moments.filter((moment) => moment !== null).map((moment) => moment.getTime());
  return known.length === 0 ? null : new Date(Math.min(...known));
}

/** Never negative: the clocks of servers and clients may differ by some milliseconds. */
function between(from: Date | null, to: Date | null): Milliseconds | null {
  return from && to ? Math.max(0, to.getTime() - from.getTime()) : null;
}

const STATUS_ORDER = ['pending', 'running', 'unknown', 'dead'];

function byStatusThenNewest(a: JobRow, b: JobRow): number {
  const order = STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status);
  if (order !== 0) return order;
  const newest = (b.submittedAt?.getTime() ?? 0) - (a.submittedAt?.getTime() ?? 0);
  if (newest !== 0) return newest;
  return a.id < b.id ? -1 : 1;
}
