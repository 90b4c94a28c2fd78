import { AdminError } from '../../errors.ts';
import type { NomadJobDetail } from '../model.ts';

/** The parts of the ID of a CircleCI job: `HEX24-N-build-ORG-REPO-NUM`. */
export interface BuildName {
  /** 24 hexadecimal digits. */
  readonly buildId: string;
  /** The index of the parallel task of the build, from 0. */
  readonly taskIndex: number;
  /** `ORG-REPO`. Both may contain hyphens, so they cannot be separated. */
  readonly slug: string;
  /** The build's number in its project. */
  readonly number: number;
}

/** The project of a build, if the job contains it; null if only the ambiguous name is known. */
export interface BuildProject {
  readonly org: string | null;
  readonly repo: string | null;
  readonly url: string | null;
}

/** A build as an operator names it: by number, `org/repo`, `org/repo/number` or its URL. */
export interface BuildSelector {
  readonly slug: string | null;
  readonly number: number | null;
  /** The index of one parallel task; all tasks if absent. */
  readonly task?: number;
}

const UNKNOWN_PROJECT: BuildProject = { org: null, repo: null, url: null };

/** Parses a job ID; null if the job is not a build. */
export function parseBuildName(jobId: string): BuildName | null {
  const match = /^([0-9a-f]{24})-(\d+)-build-([^-].*)-(\d+)$/i.exec(jobId);
  const [, buildId, taskIndex, slug, number] = match ?? [];
  if (!buildId || !taskIndex || !slug?.includes('-') || !number) return null;
  return { buildId, taskIndex: Number(taskIndex), slug, number: Number(number) };
}

/**
 * Returns whether losing a job loses work: it is a batch job, has the name of a build, or its type
 * is unknown.
 */
export function isBuild(job: { readonly jobId: string; readonly jobType: string | null }): boolean {
  return job.jobType === null || job.jobType === 'batch' || parseBuildName(job.jobId) !== null;
}

/**
 * Returns the display name of a build, such as `circleci-realitycheck 21`; the ID for other jobs.
 */
export function buildLabel(jobId: string): string {
  const name = parseBuildName(jobId);
  return name ? `${name.slug} ${name.number}` : jobId;
}

/**
 * Finds organisation, repository and URL of a build in the job's meta or environment (`build_url`,
 * `CIRCLE_BUILD_URL`). A URL is used only if its path contains the project of the job's ID.
 */
export function buildProject(
  name: BuildName,
  job: Pick<NomadJobDetail, 'meta' | 'taskGroups'>,
): BuildProject {
  for (const url of buildUrls(job)) {
    const parts = pathSegments(url);
    const at = parts.findIndex(
      (part, index) =>
        `${part}-${parts[index + 1]}`.toLowerCase() === name.slug.toLowerCase() &&
        parts.slice(index + 2).includes(String(name.number)),
    );
    const [org, repo] = at === -1 ? [] : parts.slice(at, at + 2);
    if (org && repo) return { org, repo, url };
  }
  return UNKNOWN_PROJECT;
}

/** The prefix in `gh/org/repo` and `gh/org/repo/26`; an organisation may itself be called `gh`. */
const PROVIDER = /^(?:gh|github|bb|bitbucket)\/(?=[^/\s]+\/[^/#\s]*[^\d/#\s][^/#\s]*(?:[/#]|$))/i;

/** Removes the provider of a repository from a project or build, as in CircleCI's `gh/org/repo`. */
export function withoutProvider(text: string): string {
  return text.replace(PROVIDER, '');
}

/**
 * Parses an operator's name for a build: `26`, `#26`, `org/repo`, `org/repo/26`, `org/repo#26`, any
 * of these after `gh/` or another provider, or the build's URL; null for anything else. A number may select a parallel task: `26:1`.
 */
export function parseBuildSelector(text: string): BuildSelector | null {
  const [, build, task] = /^(.*\d):(\d+)$/.exec(text) ?? [];
  if (build === undefined || /^https?:/i.test(text)) return parseWholeBuild(text);
  const selector = parseWholeBuild(build);
  return selector && selector.number !== null ? { ...selector, task: Number(task) } : null;
}

function parseWholeBuild(text: string): BuildSelector | null {
  const number = /^#?(\d+)$/.exec(text)?.[1];
  if (number) return { slug: null, number: Number(number) };
  const project = /^([^/\s]+)\/([^/#\s]+)(?:[/#](\d+))?$/.exec(withoutProvider(text));
  if (project) {
    return {
      slug: `${project[1]}-${project[2]}`,
      number: project[3] ? Number(project[3]) : null,
    };
  }
  return /^https?:\/\//i.test(text) ? selectorOfUrl(text) : null;
}

/**
 * Returns whether a job's ID matches a selector. Organisation and repository are compared as
 * `ORG-REPO`.
 */
export function matchesBuild(jobId: string, selector: BuildSelector): boolean {
  const name = parseBuildName(jobId);
  if (!name) return false;
  if (selector.number !== null && selector.number !== name.number) return false;
  if (selector.task !== undefined && selector.task !== name.taskIndex) return false;
  return selector.slug === null || selector.slug.toLowerCase() === name.slug.toLowerCase();
}

/**
 * Parses `https://HOST/gh/ORG/REPO/NUM`, or `https://HOST/pipelines/github/ORG/REPO/.../jobs/NUM`.
 */
function selectorOfUrl(url: string): BuildSelector | null {
  const parts = pathSegments(url);
  const vcs = parts.findIndex((part) => /^(gh|github|bb|bitbucket)$/i.test(part));
  const [org, repo] = vcs === -1 ? [] : parts.slice(vcs + 1, vcs + 3);
  const jobs = parts.lastIndexOf('jobs');
  const number = jobs > vcs + 2 ? parts[jobs + 1] : parts[vcs + 3];
  if (!org || !repo || !number || !/^\d+$/.test(number)) return null;
  return { slug: `${org}-${repo}`, number: Number(number) };
}

function buildUrls(job: Pick<NomadJobDetail, 'meta' | 'taskGroups'>): readonly string[] {
  const tasks = job.taskGroups.flatMap((group) => group.tasks);
  const sources = [job.meta, ...tasks.flatMap((task) => [task.meta, task.env])];
  return sources
    .flatMap((source) => [source['build_url'], source['CIRCLE_BUILD_URL']])
    .filter((url) => url !== undefined);
}

function pathSegments(url: string): readonly string[] {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  return path.split('/').filter((part) => part !== '');
}

/**
 * Parses the project of `--repo`: `org/repo`, or `org-repo` as in job IDs.
 *
 * @throws AdminError of kind `usage`, code BAD_REPO
 */
export function parseProject(text: string): BuildSelector {
  const selector = parseBuildSelector(text);
  if (selector?.slug && selector.number === null) return selector;
  if (/^[^/\s#]+-[^/\s#]+$/.test(text)) return { slug: text, number: null };
  throw new AdminError('usage', `"${text}" is not a project`, {
    code: 'BAD_REPO',
    hint: 'Write ORG/REPO, such as --repo acme/web.',
  });
}
