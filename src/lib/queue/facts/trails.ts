import type { JobRow } from '../../nomad/jobs/jobs.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import { buildKey } from '../build-key.ts';
import type { BuildMention, StageLogFacts } from '../logs/log-facts.ts';
import type { Stage } from '../stages.ts';
import type { BuildTrail } from './facts.ts';
import { type UiState, uiStateOf } from './ui-state.ts';

/** The sources that name builds. */
export interface TrailSources {
  readonly logs: ReadonlyMap<Stage, StageLogFacts>;
  readonly jobs: readonly JobRow[];
  readonly builds: readonly RecentBuild[];
}

interface OpenTrail {
  readonly key: string;
  readonly seen: Map<Stage, BuildMention>;
  readonly jobs: JobRow[];
  ui: RecentBuild | null;
}

/** Combines what logs, Nomad and the UI report about each build. */
export function trailsOf({ logs, jobs, builds }: TrailSources): readonly BuildTrail[] {
  const trails = new Map<string, OpenTrail>();
  const trailOf = (key: string): OpenTrail => {
    const known = trails.get(key);
    if (known) return known;
    const trail: OpenTrail = { key, seen: new Map(), jobs: [], ui: null };
    trails.set(key, trail);
    return trail;
  };
  for (const build of builds) {
    if (build.project === null || build.number === null) continue;
    const trail = trailOf(buildKey(build.project, build.number));
    // The lists overlap and were read one after another; the furthest state is the current one.
    if (trail.ui === null || progress(build) > progress(trail.ui)) trail.ui = build;
  }
  for (const job of jobs) {
    if (job.slug === null || job.buildNumber === null) continue;
    trailOf(buildKey(job.slug, job.buildNumber)).jobs.push(job);
  }
  for (const [stage, { builds: named }] of logs) {
    for (const [key, mention] of named) trailOf(key).seen.set(stage, mention);
  }
  return [...trails.values()].map((trail) => ({ ...trail, name: nameOf(trail) }));
}

const PROGRESS: readonly UiState[] = ['unknown', 'waiting', 'running', 'ended'];

function progress(build: RecentBuild): number {
  return PROGRESS.indexOf(uiStateOf(build));
}

function nameOf({ key, ui, jobs, seen }: OpenTrail): string {
  if (ui?.project && ui.number !== null) return `${ui.project}/${ui.number}`;
  const job = jobs.find(({ org, repo }) => org !== null && repo !== null) ?? jobs[0];
  if (job?.org && job.repo) return `${job.org}/${job.repo}/${job.buildNumber}`;
  for (const { lines } of seen.values()) {
    for (const { text } of lines) {
      const name = writtenName(text, key);
      if (name !== null) return name;
    }
  }
  return job ? `${job.slug} ${job.buildNumber}` : key.replace(/-(?=\d+$)/, ' ');
}

/**
 * Returns the build's name as written in a line, because the key does not show where the
 * organisation ends.
 */
function writtenName(text: string, key: string): string | null {
  for (const [whole, org = '', repo = '', number] of text.matchAll(
    /([\w.-]+)\/([\w.-]+)\/(\d+)(?![\w/])/g,
  )) {
    if (buildKey(`${org}/${repo}`, Number(number)) === key) return whole;
    const [, task] = /^[0-9a-f]{24}-\d+-build-(.+)$/i.exec(org) ?? [];
    if (task && buildKey(`${task}/${repo}`, Number(number)) === key)
      return `${task}/${repo}/${number}`;
  }
  return null;
}
