import { mapBounded } from '../../bounded.ts';
import { isAdminError } from '../../errors.ts';
import type { NomadClient } from '../client.ts';
import { collect } from '../collect.ts';
import type { Evaluation, JobId, NomadJob, NomadJobDetail, NomadNode } from '../model.ts';
import { takesBuilds } from '../nodes/select-nodes.ts';
import { explainPending, type PendingKind, type PendingReason } from './pending-reason.ts';

/** The reason of a pending job, and the job if it was read. */
export interface Pending {
  readonly reason: PendingReason;
  /** Null if it was not needed, the job no longer exists, or the limit of requests was reached. */
  readonly detail: NomadJobDetail | null;
}

/** The maximum number of pending jobs that are read in detail, oldest first; one request each. */
const MAX_DETAILS = 100;
const DETAILS_AT_ONCE = 10;

/** These reasons can be told apart only with the resources that the job requires. */
const NEEDS_RESOURCES: readonly PendingKind[] = ['exhausted', 'mixed'];

/**
 * Returns whether the reason can be determined only with the job. If clients accept builds but none
 * was evaluated, the job requires another datacenter or node pool, which Nomad 1.5 and later do not
 * name in the evaluation.
 */
function needsDetail(reason: PendingReason | undefined, nodes: readonly NomadNode[]): boolean {
  if (!reason) return false;
  if (reason.kind === 'no-clients') return nodes.some(takesBuilds);
  return NEEDS_RESOURCES.includes(reason.kind);
}

/**
 * Explains why jobs are pending. Reads one list of evaluations and one of nodes for all jobs, and a
 * job itself only if the reason depends on it.
 *
 * @throws AdminError as {@link NomadClient}
 */
export async function readPending(
  client: Pick<NomadClient, 'evaluations' | 'nodes' | 'job'>,
  jobs: readonly Pick<NomadJob, 'id' | 'submittedAt'>[],
  options: { readonly signal?: AbortSignal },
): Promise<ReadonlyMap<JobId, Pending>> {
  if (jobs.length === 0) return new Map();
  const read = options.signal ? { signal: options.signal } : {};
  const [evaluations, nodes] = await Promise.all([
    readEvaluations(client, new Set(jobs.map((job) => job.id)), read),
    collect(client.nodes({ ...read, resources: true })),
  ]);
  const explain = (id: JobId, detail: NomadJobDetail | null): PendingReason =>
    explainPending({
      evaluations: evaluations.get(id) ?? [],
      taskGroups: detail?.taskGroups ?? null,
      datacenters: detail?.datacenters ?? null,
      nodePool: detail?.nodePool ?? null,
      nodes,
    });
  const found = new Map<JobId, Pending>();
  for (const { id } of jobs) found.set(id, { reason: explain(id, null), detail: null });

  const open = jobs
    .filter(({ id }) => needsDetail(found.get(id)?.reason, nodes))
    .sort((a, b) => (a.submittedAt?.getTime() ?? 0) - (b.submittedAt?.getTime() ?? 0))
    .slice(0, MAX_DETAILS);
  await mapBounded(open, DETAILS_AT_ONCE, async ({ id }) => {
    const detail = await readDetail(client, id, read);
    if (detail) found.set(id, { reason: explain(id, detail), detail });
  });
  return found;
}

async function readEvaluations(
  client: Pick<NomadClient, 'evaluations'>,
  wanted: ReadonlySet<JobId>,
  options: { readonly signal?: AbortSignal },
): Promise<ReadonlyMap<JobId, readonly Evaluation[]>> {
  const found = new Map<JobId, Evaluation[]>();
  for await (const evaluation of client.evaluations(options)) {
    if (!wanted.has(evaluation.jobId)) continue;
    const known = found.get(evaluation.jobId);
    if (known) known.push(evaluation);
    else found.set(evaluation.jobId, [evaluation]);
  }
  return found;
}

async function readDetail(
  client: Pick<NomadClient, 'job'>,
  id: JobId,
  options: { readonly signal?: AbortSignal },
): Promise<NomadJobDetail | null> {
  try {
    return await client.job(id, options);
  } catch (error) {
    // The job ended and was removed after the list had been read.
    if (isAdminError(error, 'notFound')) return null;
    throw error;
  }
}
