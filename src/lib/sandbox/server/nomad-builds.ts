import type { AllocationRecord, JobRecord } from '../nomad/records.ts';
import type { NomadState } from '../nomad/state.ts';
import type { BuildRecord } from './build-history.ts';

/** A build that has not been attributed to a user. */
export type AnonymousBuild = Omit<BuildRecord, 'login'>;

/** What the server has learned about builds, which may be less than Nomad knows. */
export interface ServerKnowledge {
  /** Increases whenever this information changes, apart from Nomad's own changes. */
  readonly revision: number;
  /** Returns the builds that are not in Nomad yet. */
  waiting(): Iterable<{
    readonly name: { readonly org: string; readonly repo: string; readonly number: number };
    readonly queuedAt: number;
    /** Whether it has left the usage queue. */
    readonly forwarded: boolean;
    readonly parallel: number;
  }>;
  /** Returns when the build of a job was queued, in milliseconds since the epoch. */
  queuedAt(job: JobRecord): number;
  /** How many parallel tasks the build of a job has. */
  parallelOf(job: JobRecord): number;
  /** Returns whether the output-processor has reported the event. */
  hasReported(job: JobRecord, event: 'task-started' | 'task-finished'): boolean;
  /** Converts a time recorded by Nomad to true time in milliseconds, without clock skew. */
  trueTime(nanoseconds: bigint): number;
}

/**
 * Returns the builds that have reached the dispatchers or Nomad, as the server sees them, newest
 * first.
 */
export function nomadBuilds(
  state: NomadState,
  readKnowledge: () => ServerKnowledge,
): () => readonly AnonymousBuild[] {
  let version = '';
  let builds: readonly AnonymousBuild[] = [];
  return () => {
    const knowledge = readKnowledge();
    const current = `${state.index}/${knowledge.revision}`;
    if (current === version) return builds;
    version = current;
    const placed = new Map<string, AllocationRecord>();
    for (const allocation of state.allocations.all()) placed.set(allocation.job.id, allocation);
    const waiting = [...knowledge.waiting()].map(({ name, queuedAt, forwarded, parallel }) => ({
      org: name.org,
      repo: name.repo,
      number: name.number,
      status: forwarded ? ('scheduled' as const) : ('queued' as const),
      queuedAt,
      startedAt: null,
      stoppedAt: null,
      parallel,
    }));
    const tasks = new Map<string, AnonymousBuild[]>();
    for (const job of state.jobs.all()) {
      const task = buildOf(job, placed.get(job.id), knowledge);
      if (task === null) continue;
      const key = job.id.replace(/-\d+-build-.*/, '');
      const others = tasks.get(key);
      if (others) others.push(task);
      else tasks.set(key, [task]);
    }
    builds = [...tasks.values()]
      .map(wholeBuild)
      .concat(waiting)
      .sort((a, b) => b.queuedAt - a.queuedAt);
    return builds;
  };
}

function buildOf(
  job: JobRecord,
  allocation: AllocationRecord | undefined,
  knowledge: ServerKnowledge,
): AnonymousBuild | null {
  const [, org, repo, number] =
    /\/gh\/([^/]+)\/([^/]+)\/(\d+)$/.exec(job.meta?.['build_url'] ?? '') ?? [];
  if (org === undefined || repo === undefined) return null;
  const [task] = allocation?.tasks ?? [];
  const moment = (stamp: bigint | null | undefined): number | null =>
    stamp === null || stamp === undefined ? null : Math.floor(knowledge.trueTime(stamp));
  const started = knowledge.hasReported(job, 'task-started');
  const finished = started && knowledge.hasReported(job, 'task-finished');
  return {
    org,
    repo,
    number: Number(number),
    status: reportedStatus(statusOf(job, allocation), started, finished),
    queuedAt: Math.floor(knowledge.queuedAt(job)),
    startedAt: started ? moment(task?.startedAt) : null,
    stoppedAt: finished ? moment(task?.finishedAt) : null,
    parallel: knowledge.parallelOf(job),
  };
}

/** A build out of its parallel tasks: it starts with the first of them and ends with the last. */
function wholeBuild(tasks: readonly AnonymousBuild[]): AnonymousBuild {
  const [first] = tasks;
  if (first === undefined) throw new Error('a build has a task');
  const parallel = Math.max(first.parallel ?? 1, tasks.length);
  if (parallel === 1) return first;
  const starts = tasks.flatMap(({ startedAt }) => startedAt ?? []);
  const stops = tasks.flatMap(({ stoppedAt }) => stoppedAt ?? []);
  const hasEnded = stops.length === parallel;
  const ended = tasks.find(({ status }) => status !== 'success')?.status ?? 'success';
  const status = hasEnded ? ended : starts.length > 0 ? 'running' : 'scheduled';
  return {
    ...first,
    ...{ parallel, status },
    startedAt: starts.length > 0 ? Math.min(...starts) : null,
    stoppedAt: hasEnded ? Math.max(...stops) : null,
  };
}

/** Returns the status of a build from the events that the server has received. */
function reportedStatus(
  status: AnonymousBuild['status'],
  started: boolean,
  finished: boolean,
): AnonymousBuild['status'] {
  if (status === 'scheduled' || status === 'canceled') return status;
  if (!started) return 'scheduled';
  return finished ? status : 'running';
}

function statusOf(
  job: JobRecord,
  allocation: AllocationRecord | undefined,
): AnonymousBuild['status'] {
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
