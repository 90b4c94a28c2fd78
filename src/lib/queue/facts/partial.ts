import type { Milliseconds } from '../../clock.ts';
import { parseBuildName } from '../../nomad/jobs/build-name.ts';
import type { JobRow } from '../../nomad/jobs/jobs.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import type { BuildTrail, PartialTrail, TrailFacts } from './facts.ts';
import { ageAt, minKnown, nomadNow, serverNow } from './moments.ts';
import { namesEveryJob } from './named-jobs.ts';
import { NOMAD_FORGETS_MS, STOPPED_AFTER_MS, uiStateOfTrail } from './stopped.ts';

/**
 * Returns the builds of which Nomad has some parallel tasks and not the others, longest first. A
 * task that is pending in Nomad is not missing.
 */
export function partialTrails(facts: TrailFacts): readonly PartialTrail[] {
  if (!namesEveryJob(facts)) return [];
  const partial = facts.trails.flatMap((trail) => partialTrail(trail, facts) ?? []);
  return partial.sort((a, b) => b.ageMs - a.ageMs);
}

function partialTrail(trail: BuildTrail, facts: TrailFacts): PartialTrail | null {
  const [only, ...others] = new Set(
    trail.jobs.flatMap(({ id }) => parseBuildName(id)?.buildId.toLowerCase() ?? []),
  );
  // Two builds may have the same project and number, because Nomad does not tell `a/b-c` from
  // `a-b/c`.
  if (only === undefined || others.length > 0) return null;
  const inNomad = new Set(trail.jobs.map(({ taskIndex }) => taskIndex ?? 0));
  const count = countTasks(trail, inNomad);
  const arrived = trail.seen.get('output-processor')?.tasks ?? [];
  const missing = Array.from({ length: count }, (_, task) => task).filter(
    (task) => !inNomad.has(task) && !arrived.includes(task),
  );
  if (missing.length === 0 || !isOpen(trail, facts)) return null;
  const ageMs = ageOf(trail, facts.snapshot);
  if (ageMs === null || ageMs <= STOPPED_AFTER_MS || isForgotten(trail.jobs, facts)) return null;
  return { trail, buildId: only, count, missing, ageMs };
}

/** The server reports the number of tasks; without it, each task that is named implies those before. */
function countTasks({ ui, seen }: BuildTrail, inNomad: ReadonlySet<number>): number {
  const named = [...seen.values()].flatMap(({ tasks }) => tasks);
  return Math.max(ui?.parallel ?? 0, ...[...inNomad, ...named].map((task) => task + 1));
}

/** Returns whether the build should still have all of its tasks: it has not ended. */
function isOpen(trail: BuildTrail, facts: TrailFacts): boolean {
  const ui = uiStateOfTrail(trail, facts);
  if (ui === 'waiting' || ui === 'running') return true;
  // Without the UI, a build that has ended or was cancelled has no live task.
  return ui === 'unknown' && trail.jobs.some(({ status }) => status !== 'dead');
}

/** The tasks are posted at the same time. The smaller age by two clocks, as one may be wrong. */
function ageOf({ jobs, ui }: BuildTrail, snapshot: QueueSnapshot): Milliseconds | null {
  const now = nomadNow(snapshot);
  return minKnown([
    ...jobs.map(({ submittedAt }) => ageAt(now, submittedAt)),
    ageAt(serverNow(snapshot), ui?.queuedAt ?? null),
  ]);
}

/**
 * Returns whether a task may have ended so long ago that it is not listed any more. Jobs submitted
 * within the window are listed even if they have ended.
 */
function isForgotten(jobs: readonly JobRow[], { snapshot }: TrailFacts): boolean {
  const now = nomadNow(snapshot);
  const limit = Math.min(snapshot.windowMs, NOMAD_FORGETS_MS);
  return jobs.some(({ submittedAt }) => {
    // If Nomad's clock is unknown, the list was selected by this machine's clock.
    const ages = [ageAt(now, submittedAt), ageAt(snapshot.takenAt, submittedAt)];
    return ages.some((age) => age === null || age > limit);
  });
}

/** Returns whether the schedulerer has received a missing task; else it was lost before. */
export function wasReceived({ trail, missing }: PartialTrail): boolean {
  const tasks = trail.seen.get('schedulerer')?.tasks ?? [];
  return missing.some((task) => tasks.includes(task));
}
