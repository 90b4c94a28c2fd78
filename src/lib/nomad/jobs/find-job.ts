import { AdminError } from '../../errors.ts';
import type { NomadClient } from '../client.ts';
import { collect } from '../collect.ts';
import type { JobId, NomadJob } from '../model.ts';
import { matchesBuild, parseBuildName, parseBuildSelector } from './build-name.ts';

const LISTED_MATCHES = 8;

/**
 * Finds the job that an operator names by its ID, by its build (`26`, `org/repo/26`, the build's
 * URL), or by an ID prefix. These are tried in order, so a short number is taken for a build number
 * rather than an ID prefix.
 *
 * @returns one job, or all parallel tasks of one build, in order
 * @throws AdminError of kind `usage`, code AMBIGUOUS_JOB, listing the matches
 * @throws AdminError of kind `notFound`, code JOB_NOT_FOUND
 */
export async function resolveJobs(
  client: Pick<NomadClient, 'jobs'>,
  target: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly [NomadJob, ...NomadJob[]]> {
  const jobs = await collect(client.jobs(options));
  const matches = new Set(
    matchJobs(
      target,
      jobs.map((job) => job.id),
    ),
  );
  const [first, ...others] = jobs.filter((job) => matches.has(job.id)).sort(byTask);
  if (!first) throw jobNotFound(target);
  if (!areOneBuild([...matches])) throw ambiguousJob(target, [...matches]);
  return [first, ...others];
}

/** Returns whether the jobs are a single job or the parallel tasks of one build. */
export function areOneBuild(ids: readonly string[]): boolean {
  const builds = ids.map((id) => {
    const name = parseBuildName(id);
    return name ? `${name.buildId.toLowerCase()} ${name.slug} ${name.number}` : id;
  });
  return new Set(builds).size === 1;
}

/** Compares the tasks of a build by their index. */
export function byTask(a: { readonly id: string }, b: { readonly id: string }): number {
  return (parseBuildName(a.id)?.taskIndex ?? 0) - (parseBuildName(b.id)?.taskIndex ?? 0);
}

/** Returns the IDs that a target matches, all by the same kind of match. */
export function matchJobs<Id extends string>(target: string, ids: readonly Id[]): readonly Id[] {
  const named = matchNamedJobs(target, ids);
  const wanted = target.trim();
  if (named.length > 0 || wanted === '') return named;
  return ids.filter((id) => id.startsWith(wanted));
}

/** Like {@link matchJobs}, but only by the whole ID or by build, not by an ID prefix. */
export function matchNamedJobs<Id extends string>(
  target: string,
  ids: readonly Id[],
): readonly Id[] {
  const wanted = target.trim();
  const exact = ids.filter((id) => id === wanted);
  if (exact.length > 0) return exact;
  const selector = parseBuildSelector(wanted);
  return selector === null ? [] : ids.filter((id) => matchesBuild(id, selector));
}

/** Returns the error for a target that matches several jobs. */
export function ambiguousJob(target: string, ids: readonly JobId[]): AdminError {
  const shown = ids.slice(0, LISTED_MATCHES).join(', ');
  const more = ids.length > LISTED_MATCHES ? `, and ${ids.length - LISTED_MATCHES} more` : '';
  return new AdminError(
    'usage',
    `"${target}" is ambiguous: it matches ${ids.length} jobs: ${shown}${more}`,
    { code: 'AMBIGUOUS_JOB', hint: 'Give org/repo/number, or the full ID of the job.' },
  );
}

function jobNotFound(target: string): AdminError {
  return new AdminError('notFound', `No Nomad job has the ID or build "${target}"`, {
    code: 'JOB_NOT_FOUND',
    hint: 'List the jobs with: circleci-admin nomad status (finished jobs are removed after some hours)',
  });
}
