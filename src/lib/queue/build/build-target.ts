import { AdminError } from '../../errors.ts';
import {
  matchesBuild,
  parseBuildName,
  parseBuildSelector,
  withoutProvider,
} from '../../nomad/jobs/build-name.ts';
import type { NomadJob } from '../../nomad/model.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import { buildKey } from '../build-key.ts';
import type { BuildIdentity } from './build-facts.ts';

/** A build as given by the operator. */
export interface BuildTarget {
  /** The text as given. */
  readonly text: string;
  readonly buildId: string | null;
  /** `ORG-REPO`. */
  readonly slug: string | null;
  /** `org/repo`, if it was given in this form. */
  readonly project: string | null;
  readonly number: number | null;
  readonly task: number | null;
  /** The host of the build's URL; null if it was not given by URL. */
  readonly host: string | null;
  /**
   * Prefix of the ID of the build, of its job or of an allocation in Nomad; see `buildOfPrefix`.
   */
  readonly prefix: string | null;
}

const NOTHING = {
  ...{ buildId: null, slug: null, project: null, number: null },
  ...{ task: null, host: null, prefix: null },
};
/** At least as much of an ID as Nomad displays. Digits alone are a build number. */
const PREFIX = /^(?!\d+$)[0-9a-f]{8}[0-9a-f-]{0,28}$/i;
const LISTED = 6;

/**
 * Parses a build given by its URL, as `org/repo/number` or `org/repo#number`, by its number, its
 * ID, the ID of its job in Nomad, or at least the first 8 digits of an ID. `:N` after any of these
 * except a URL or a job's ID selects a parallel task.
 *
 * @throws AdminError of kind `usage`, code BAD_BUILD
 */
export function parseBuildTarget(text: string): BuildTarget {
  const wanted = text.trim();
  const nothing = { ...NOTHING, text };
  const [, id, ofId] = /^([0-9a-f]{24})(?::(\d+))?$/i.exec(wanted) ?? [];
  if (id) {
    return {
      ...nothing,
      buildId: id.toLowerCase(),
      task: ofId === undefined ? null : Number(ofId),
    };
  }
  const job = parseBuildName(wanted);
  if (job) {
    const { buildId, slug, number, taskIndex } = job;
    return { ...nothing, buildId: buildId.toLowerCase(), slug, number, task: taskIndex };
  }
  if (PREFIX.test(wanted)) return { ...nothing, prefix: wanted.toLowerCase() };
  const selector = parseBuildSelector(wanted);
  if (selector === null || selector.number === null) {
    throw new AdminError('usage', `"${text}" does not name a build`, {
      code: 'BAD_BUILD',
      hint: "Give org/repo/number, the build's URL, its ID, or the ID of its Nomad job.",
    });
  }
  const { slug, number, task = null } = selector;
  const host = URL.parse(wanted)?.host || null;
  return { ...nothing, slug, number, task, project: projectOf(wanted), host };
}

/** The lists to find a build in; null if a list could not be read. */
export interface KnownBuilds {
  readonly jobs: readonly Pick<NomadJob, 'id'>[] | null;
  readonly builds: readonly RecentBuild[] | null;
}

/** A build that was found: its identity, its jobs in Nomad, and its entry in the UI. */
export interface FoundBuild {
  readonly identity: BuildIdentity;
  readonly jobIds: ReadonlySet<string>;
  readonly ui: RecentBuild | null;
}

/**
 * Finds a build in the lists of Nomad and the UI. A build in neither list may still be in a log.
 *
 * @throws AdminError of kind `usage`, code AMBIGUOUS_BUILD, listing the candidates
 */
export function findBuild(target: BuildTarget, known: KnownBuilds): FoundBuild {
  const jobs = (known.jobs ?? []).filter(({ id }) => fitsJob(target, id));
  const named = jobs.flatMap(({ id }) => parseBuildName(id) ?? []);
  const ids = new Set(named.map(({ buildId }) => buildId.toLowerCase()));
  const builds = (known.builds ?? []).filter((build) => fitsUi(target, named[0] ?? null, build));
  const [first] = named;
  const [ui = null] = builds;
  const keys = new Set([
    ...named.map(({ slug, number }) => buildKey(slug, number)),
    ...builds.flatMap(({ project, number }) =>
      project === null || number === null ? [] : [buildKey(project, number)],
    ),
  ]);
  if (keys.size > 1 || ids.size > 1) {
    const shown = named.map(({ buildId, slug, number }) => `${slug}/${number} (${buildId})`);
    const listed = builds.map(({ project, number }) => `${project}/${number}`);
    throw ambiguous(target, [...new Set([...shown, ...(named.length > 0 ? [] : listed)])]);
  }
  const number = target.number ?? first?.number ?? ui?.number ?? null;
  const slug = target.slug ?? first?.slug ?? ui?.project?.replaceAll('/', '-') ?? null;
  const project = ui?.project ?? target.project ?? slug;
  const [buildId = target.buildId] = ids;
  return {
    identity: {
      name: project === null || number === null ? target.text : `${project}/${number}`,
      key: slug === null || number === null ? null : buildKey(slug, number),
      buildId,
      number,
      task: target.task,
      url: ui?.url ?? null,
    },
    jobIds: new Set(jobs.map(({ id }) => id)),
    ui,
  };
}

/** Returns whether a Nomad job matches a build target. */
export function fitsJob({ buildId, slug, number }: BuildTarget, id: string): boolean {
  const name = parseBuildName(id);
  if (name === null) return false;
  if (buildId !== null && name.buildId.toLowerCase() !== buildId) return false;
  // The task is ignored here: all tasks are read, and those to show are selected later.
  return number === null || matchesBuild(id, { slug, number });
}

/**
 * Returns whether a build of the UI matches a build target.
 *
 * @param job project and number from Nomad's job, for a target that has only the build's ID
 */
function fitsUi(
  target: BuildTarget,
  job: { readonly slug: string; readonly number: number } | null,
  { project, number }: RecentBuild,
): boolean {
  const wanted = { slug: target.slug ?? job?.slug, number: target.number ?? job?.number };
  if (wanted.number === undefined || wanted.number !== number || project === null) return false;
  if (wanted.slug === undefined) return true;
  return buildKey(project, number) === buildKey(wanted.slug, wanted.number);
}

function ambiguous({ text }: BuildTarget, fitting: readonly string[]): AdminError {
  const more = fitting.length > LISTED ? `, and ${fitting.length - LISTED} more` : '';
  const listed = fitting.slice(0, LISTED).join(', ');
  return new AdminError('usage', `"${text}" is ambiguous: it may be ${listed}${more}`, {
    code: 'AMBIGUOUS_BUILD',
    hint: "Give org/repo/number, or the build's ID.",
  });
}

/** Returns `org/repo` if the build was given in this form. */
function projectOf(text: string): string | null {
  const path = URL.canParse(text) ? new URL(text).pathname : `/gh/${withoutProvider(text)}`;
  const [, org, repo] = /\/(?:gh|github|bb|bitbucket)\/([^/]+)\/([^/#]+)[/#]/i.exec(path) ?? [];
  return org && repo ? `${org}/${repo}` : null;
}
