import { AdminError, isAdminError } from '../errors.ts';
import type { NomadClient } from '../nomad/client.ts';
import type { NomadJob } from '../nomad/model.ts';
import { buildOfPrefix, findPrefix } from '../queue/build/build-prefix.ts';
import { type BuildTarget, findBuild, fitsJob } from '../queue/build/build-target.ts';
import type { AdminApi } from '../server/admin-api.ts';

/** The identity of a build in the API. */
export interface BuildLocation {
  /** `org/repo`. */
  readonly project: string;
  readonly number: number;
  readonly task: number | null;
}

/** The sources for looking up a build by its ID. */
export interface BuildLists {
  admin(): Promise<Pick<AdminApi, 'recentBuilds'>>;
  nomad(): Promise<Pick<NomadClient, 'jobs' | 'allocations'>>;
}

/** The maximum page size of the server. */
const NEWEST = 100;

/**
 * Resolves a build target to a project and number. A build given by its ID is looked up: its number
 * among Nomad's jobs, unless the target contains it, and its project among the server's newest
 * builds.
 *
 * @throws AdminError of kind `usage`: BUILD_PROJECT_NEEDED if the lookup finds no project,
 *   AMBIGUOUS_BUILD; of kind `notFound`: BUILD_NOT_FOUND; of kind `refused` from the sources
 */
export async function locateBuild(
  target: BuildTarget,
  lists: BuildLists,
  signal: AbortSignal,
): Promise<BuildLocation> {
  const { project, number, task, prefix } = target;
  if (prefix !== null) {
    const found = await findPrefix(await lists.nomad(), prefix, signal);
    return locateBuild(buildOfPrefix(target, found), lists, signal);
  }
  if (project !== null && number !== null) return { project, number, task };
  const known = await lookUp(target, lists, signal).catch((error: unknown) => {
    // A refusal (no confirmation, or no installation selected) is passed on: a project would not
    // help.
    if (!isAdminError(error) || error.kind === 'refused') throw error;
    throw projectNeeded(target, error.message, error);
  });
  const { ui } = findBuild(target, known);
  if (ui?.project && ui.number !== null) return { project: ui.project, number: ui.number, task };
  throw projectNeeded(target, `it is not among the server's newest ${NEWEST} builds`);
}

async function lookUp(target: BuildTarget, lists: BuildLists, signal: AbortSignal) {
  const jobs: NomadJob[] = [];
  if (target.number === null) {
    const nomad = await lists.nomad();
    for await (const job of nomad.jobs({ signal })) if (fitsJob(target, job.id)) jobs.push(job);
  }
  const admin = await lists.admin();
  return { jobs, builds: await admin.recentBuilds({ limit: NEWEST }, signal) };
}

function projectNeeded({ text }: BuildTarget, why: string, cause?: unknown): AdminError {
  return new AdminError('usage', `The project of build ${text} is unknown: ${why}`, {
    code: 'BUILD_PROJECT_NEEDED',
    hint: 'Give org/repo/number or the URL of the build: circleci-admin troubleshoot cache acme/web/26',
    cause,
  });
}
