import { mapBounded } from '../../bounded.ts';
import { isAdminError } from '../../errors.ts';
import type { NomadClient } from '../client.ts';
import { collect } from '../collect.ts';
import type { Evaluation, JobId, NomadJob, NomadJobDetail, NomadNode } from '../model.ts';
import { takesBuilds } from '../nodes/select-nodes.ts';
import { explainPending, type PendingKind, type PendingReason } from './pending-reason.ts';

/** A pending job: why, and what was read to say so. */
export interface Pending {
  readonly reason: PendingReason;
  /** Null where it was not needed, is gone, or would have been one request too many. */
  readonly detail: NomadJobDetail | null;
}

/** Pending jobs whose own resources are read, oldest first: one request each. */
const MOST_DETAILS = 100;
const DETAILS_AT_ONCE = 10;

/** Only with the job's own resources can these be told from one another. */
const NEEDS_RESOURCES: readonly PendingKind[] = ['exhausted', 'mixed'];

/**
 * Whether only the job itself tells why it waits. Where clients accept builds and none was looked at,
 * it asks for another datacenter or node pool: Nomad 1.5 and later do not say which.
 */
function needsDetail(reason: PendingReason | undefined, nodes: readonly NomadNode[]): boolean {
  if (!reason) return false;
  if (reason.kind === 'no-clients') return nodes.some(takesBuilds);
  return NEEDS_RESOURCES.includes(reason.kind);
}

/**
 * Says why jobs are pending: one list of evaluations and one of nodes for all of them, and the job
 * itself only where its resources make the difference.
 *
 * @throws AdminError as {@link NomadClient} says
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
    .slice(0, MOST_DETAILS);
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
    // It ended and was forgotten since the list was read.
    if (isAdminError(error, 'notFound')) return null;
    throw error;
  }
}
