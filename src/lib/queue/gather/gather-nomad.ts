import { mapBounded } from '../../bounded.ts';
import type { Milliseconds } from '../../clock.ts';
import type { Masker } from '../../masking.ts';
import { collect } from '../../nomad/collect.ts';
import { parseBuildName } from '../../nomad/jobs/build-name.ts';
import { addTimes, describeJobs, type JobRow, type JobTimes } from '../../nomad/jobs/jobs.ts';
import { readTail } from '../../nomad/logs/log-tail.ts';
import { taskOf } from '../../nomad/logs/log-targets.ts';
import type { Allocation, JobId, NodeId, NomadJob, NomadNode } from '../../nomad/model.ts';
import { addAllocation, NO_LOAD, type NodeLoad } from '../../nomad/nodes/node-load.ts';
import { type ClientRow, describeFleet } from '../../nomad/nodes/node-status.ts';
import { LineRedactor } from '../../redact-line.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import { buildKey } from '../build-key.ts';
import { type Evidence, known } from '../snapshot/evidence.ts';
import type { AgentLog } from '../snapshot/snapshot.ts';
import { isFailed, joined, type Round } from './round.ts';
import type { RequestContext } from './service-time-limit.ts';
import type { NomadSource } from './sources.ts';

/** The information extracted from one list of all allocations. */
export interface AllocationFold {
  readonly loads: ReadonlyMap<NodeId, NodeLoad>;
  readonly times: ReadonlyMap<JobId, JobTimes>;
  /** The running allocations, oldest first. */
  readonly running: readonly Allocation[];
}

/**
 * Returns a function that reports progress at every 500th call, so that a long list is not taken
 * for silence.
 */
function reportEvery(onProgress: () => void): () => true {
  let read = 0;
  return () => {
    if (read % 500 === 0) onProgress();
    read += 1;
    return true;
  };
}

/**
 * Reads the list of allocations once for all consumers. Of ended allocations, only the times of
 * their jobs are kept.
 *
 * @throws AdminError as the NomadClient
 */
async function foldAllocations(
  nomad: Pick<NomadSource, 'allocations'>,
  { signal, onProgress }: RequestContext,
): Promise<AllocationFold> {
  const loads = new Map<NodeId, NodeLoad>();
  const times = new Map<JobId, JobTimes>();
  const running: Allocation[] = [];
  const report = reportEvery(onProgress);
  for await (const one of nomad.allocations({ signal, taskStates: true, resources: true })) {
    report();
    loads.set(one.nodeId, addAllocation(loads.get(one.nodeId) ?? NO_LOAD, one));
    times.set(one.jobId, addTimes(times.get(one.jobId), one));
    if (one.clientStatus === 'running') running.push(one);
  }
  running.sort((a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0));
  return { loads, times, running };
}

/** The evidence from Nomad. */
export interface NomadEvidence {
  readonly leader: Promise<Evidence<string | null>>;
  readonly nodes: Promise<Evidence<readonly NomadNode[]>>;
  readonly allocations: Promise<Evidence<AllocationFold>>;
  readonly clients: Promise<Evidence<readonly ClientRow[]>>;
  readonly jobs: Promise<Evidence<readonly JobRow[]>>;
  readonly agentLogs: Promise<readonly AgentLog[]>;
  readonly aheadMs: Promise<Milliseconds | null>;
}

/**
 * Requests everything from Nomad: four lists at once, then the pending jobs and the logs.
 *
 * @param builds the builds in the UI, which determine whose logs are read first
 */
export function gatherNomad(
  round: Round,
  builds: Promise<Evidence<readonly RecentBuild[]>>,
): NomadEvidence {
  const { nomad } = round.sources;
  const aheadMs = round.ahead('nomad', nomad, (client, signal) => client.serverTime({ signal }));
  const allocations = round.ask('nomad', nomad, foldAllocations);
  const nodes = round.ask('nomad', nomad, (client, { signal, onProgress }) =>
    collect(client.nodes({ signal, resources: true }), reportEvery(onProgress)),
  );
  const listed = round.ask('nomad', nomad, (client, { signal, onProgress }) =>
    collect(client.jobs({ signal }), reportEvery(onProgress)),
  );
  const leader = round.part(
    'nomad-leader',
    () => round.ask('nomad', nomad, (client, { signal }) => client.leader({ signal })),
    isFailed,
  );
  const clients = round.part(
    'clients',
    async () =>
      joined(await nodes, await allocations, (all, fold) => describeFleet(all, fold.loads).clients),
    isFailed,
  );
  const jobs = round.part(
    'jobs',
    async () => {
      const both = joined(await listed, await allocations, (all, fold) => ({ all, fold }));
      if (both.status !== 'known') return both;
      return rowsOf(round, both.value.all, both.value.fold, (await aheadMs) ?? 0);
    },
    isFailed,
  );
  const agentLogs = allocations.then(async (read) => {
    const running = known(read)?.running ?? [];
    if (running.length === 0) return [];
    const chosen = unshownFirst(running, known(await builds));
    const failed = (logs: readonly AgentLog[]): boolean => logs.some(({ log }) => isFailed(log));
    return round.part('agent-logs', () => readAgentLogs(round, chosen), failed);
  });
  return { leader, nodes, allocations, clients, jobs, agentLogs, aheadMs };
}

/** Returns the jobs that are pending or running, or were submitted or ended within the window. */
function rowsOf(
  round: Round,
  jobs: readonly NomadJob[],
  { times }: AllocationFold,
  aheadMs: Milliseconds,
): Promise<Evidence<readonly JobRow[]>> {
  const { clock, nomad } = round.sources;
  const now = (): Date => new Date(clock.now().getTime() + aheadMs);
  const since = now().getTime() - round.windowMs;
  const wanted = jobs.filter((job) => {
    if (job.status !== 'dead') return true;
    const newest = times.get(job.id)?.newest;
    const moments = [job.submittedAt, newest?.modifiedAt, ...endsOf(newest)];
    return moments.some((at) => at !== null && at !== undefined && at.getTime() >= since);
  });
  return round.ask('nomad', nomad, (client, { signal }) =>
    describeJobs(client, wanted, times, { now, signal }),
  );
}

function endsOf(allocation: Allocation | undefined): readonly (Date | null)[] {
  return (allocation?.tasks ?? []).map(({ finishedAt }) => finishedAt);
}

/**
 * Sorts allocations that the UI does not show as running first, because their logs may show why.
 */
export function unshownFirst(
  running: readonly Allocation[],
  builds: readonly RecentBuild[] | null,
): readonly Allocation[] {
  if (builds === null) return running;
  const shown = new Set(
    builds.flatMap(({ project, number, status }) =>
      project !== null && number !== null && status === 'running' ? buildKey(project, number) : [],
    ),
  );
  const isShown = ({ jobId }: Allocation): boolean => {
    const name = parseBuildName(jobId);
    return name === null || shown.has(buildKey(name.slug, name.number));
  };
  return [...running.filter((one) => !isShown(one)), ...running.filter(isShown)];
}

const MAX_AGENT_LOGS = 5;
const AGENT_LINES = 50;

/**
 * Reads the end of the build agents' standard error for the first few allocations. An unreadable
 * log does not affect the others.
 */
function readAgentLogs(
  round: Round,
  allocations: readonly Allocation[],
): Promise<readonly AgentLog[]> {
  const { nomad, masker } = round.sources;
  const chosen = allocations.slice(0, MAX_AGENT_LOGS);
  return mapBounded(chosen, MAX_AGENT_LOGS, async (allocation) => ({
    jobId: allocation.jobId,
    allocationId: allocation.id,
    nodeName: allocation.nodeName,
    log: await round.ask('nomad', nomad, async (client, { signal }) => {
      const task = taskOf(allocation, undefined);
      const log = { allocation: allocation.id, task, stream: 'stderr', signal } as const;
      const { data } = await readTail(client, log, AGENT_LINES);
      return linesOf(data, masker);
    }),
  }));
}

function linesOf(data: Uint8Array, masker: Masker): readonly string[] {
  const redactor = new LineRedactor(masker);
  const lines = Buffer.from(data).toString('utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => redactor.redact(line));
}
