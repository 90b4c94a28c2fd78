import type { Milliseconds } from '../../clock.ts';
import { keepTrying } from '../../keep-trying.ts';
import type { NomadClient } from '../client.ts';
import { nullIfNotFound } from '../drain/drain-targets.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type { Allocation, JobId } from '../model.ts';
import { shortId } from '../quantities.ts';
import { type LogItem, type LogSessionOptions, type LogSource, readLogs } from './log-session.ts';
import { type LogTargets, newestLast } from './log-targets.ts';
import type { LogClient, LogContext } from './logs.ts';
import { merge } from './merge.ts';

/** The part of the Nomad client that reads the logs of whole jobs. */
export type JobLogClient = LogClient & Pick<NomadClient, 'job' | 'jobAllocations'>;

/** Selects the logs to read of the allocations. */
export type LogChoice = (allocations: readonly Allocation[]) => readonly LogSource[];

/** The time between two checks for the next allocation of a job. */
const POLL_MS: Milliseconds = 2_000;
/** How long requests are retried while Nomad fails. */
const PATIENCE_MS: Milliseconds = 300_000;

/**
 * Reads the logs of allocations, or of all allocations of jobs. A followed job is followed to its
 * end: a build that was ended by a drain, or lost with its client, may be restarted on another
 * client (see {@link startedAgain}), and is followed there.
 *
 * @throws AdminError as {@link readLogs}
 */
export async function* readTargetLogs(
  client: JobLogClient,
  { jobs, allocations }: LogTargets,
  choose: LogChoice,
  options: LogSessionOptions,
  context: LogContext,
): AsyncGenerator<LogItem, void> {
  if (!options.follow || jobs.length === 0) {
    return yield* readLogs(client, choose(allocations), options, context);
  }
  const ended = allocations.filter((allocation) => !isLive(allocation));
  yield* readLogs(client, choose(ended), { ...options, follow: false }, context);
  const follow = (job: JobId): AsyncGenerator<LogItem, void> => {
    const known = allocations.filter((allocation) => allocation.jobId === job);
    return followJob(client, job, known, choose, options, context);
  };
  yield* merge(jobs.map(follow));
}

async function* followJob(
  client: JobLogClient,
  job: JobId,
  known: readonly Allocation[],
  choose: LogChoice,
  options: LogSessionOptions,
  context: LogContext,
): AsyncGenerator<LogItem, void> {
  const seen = new Set(known.map((allocation) => allocation.id));
  let next: readonly Allocation[] = known.filter(isLive);
  for (;;) {
    yield* readLogs(client, choose(next), options, context);
    next = yield* laterAllocations(client, job, seen, context);
    if (next.length === 0) return;
    for (const allocation of next) {
      const where = allocation.nodeName ?? shortId(allocation.nodeId);
      const begun = seen.size === 0 ? 'Placed' : 'Restarted';
      const text = `${begun}: allocation ${shortId(allocation.id)} on ${where}.`;
      yield { kind: 'note', source: null, text };
      seen.add(allocation.id);
    }
  }
}

/** Returns the new allocations of a job; empty if the job has ended or Nomad has removed it. */
async function* laterAllocations(
  client: JobLogClient,
  job: JobId,
  seen: ReadonlySet<Allocation['id']>,
  { clock, signal }: LogContext,
): AsyncGenerator<LogItem, readonly Allocation[]> {
  const patience = { clock, signal, patienceMs: PATIENCE_MS, onFailure: () => undefined };
  for (let said = false; ; said = true) {
    // The job is read first: once it is dead, it gets no further allocations.
    const read = async () => {
      const detail = await nullIfNotFound(client.job(job, { signal }));
      return { detail, allocations: await client.jobAllocations(job, { signal }) };
    };
    const { detail, allocations } = await keepTrying(read, patience);
    const later = newestLast(allocations.filter(({ id }) => !seen.has(id)));
    if (later.length > 0 || detail === null || detail.status === 'dead') return later;
    if (!said) {
      const again = seen.size === 0 ? '' : ' again';
      const text = `${job} is ${detail.status}, not placed${again} yet: waiting.`;
      yield { kind: 'note', source: null, text };
    }
    await clock.sleep(POLL_MS, signal);
  }
}
