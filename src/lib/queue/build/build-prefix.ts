import { AdminError } from '../../errors.ts';
import type { NomadClient } from '../../nomad/client.ts';
import { parseBuildName } from '../../nomad/jobs/build-name.ts';
import type { BuildTarget } from './build-target.ts';

/** A job of a build that was found by an ID prefix. */
export interface PrefixMatch {
  readonly jobId: string;
  /** Whether the prefix matched an allocation's ID, which stands for a single task. */
  readonly byAllocation: boolean;
}

const LISTED = 6;

/**
 * Finds the builds' jobs whose ID, or the ID of one of their allocations, starts with the prefix.
 */
export async function findPrefix(
  client: Pick<NomadClient, 'jobs' | 'allocations'>,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly PrefixMatch[]> {
  const found: PrefixMatch[] = [];
  for await (const { id } of client.jobs({ signal })) {
    if (parseBuildName(id) && id.toLowerCase().startsWith(prefix)) {
      found.push({ jobId: id, byAllocation: false });
    }
  }
  for await (const { id, jobId } of client.allocations({ signal, taskStates: false })) {
    const begins = id.startsWith(prefix) || id.replaceAll('-', '').startsWith(prefix);
    if (begins && parseBuildName(jobId)) found.push({ jobId, byAllocation: true });
  }
  return found;
}

/**
 * Resolves an ID prefix to a build.
 *
 * @throws AdminError of kind `notFound`, code BUILD_NOT_FOUND; of kind `usage`, code
 *   AMBIGUOUS_BUILD
 */
export function buildOfPrefix(target: BuildTarget, found: readonly PrefixMatch[]): BuildTarget {
  const names = found.flatMap(({ jobId }) => parseBuildName(jobId) ?? []);
  const buildIds = new Set(names.map(({ buildId }) => buildId.toLowerCase()));
  const [buildId = null] = buildIds;
  if (buildId === null) {
    const message = `No build and no allocation in Nomad has an ID that begins with "${target.text}"`;
    throw new AdminError('notFound', message, {
      code: 'BUILD_NOT_FOUND',
      hint: 'Give org/repo/number, or list the builds in Nomad: circleci-admin nomad status',
    });
  }
  if (buildIds.size > 1) {
    const all = [...new Set(names.map((one) => `${one.slug}/${one.number} (${one.buildId})`))];
    const more = all.length > LISTED ? `, and ${all.length - LISTED} more` : '';
    const listed = `${all.slice(0, LISTED).join(', ')}${more}`;
    throw new AdminError('usage', `"${target.text}" is ambiguous: it may be ${listed}`, {
      code: 'AMBIGUOUS_BUILD',
      hint: 'Give more of the ID, or org/repo/number.',
    });
  }
  const tasks = new Set(names.map(({ taskIndex }) => taskIndex));
  const [task = null] = found.every((one) => one.byAllocation) && tasks.size === 1 ? tasks : [];
  return { ...target, buildId, task, prefix: null };
}
