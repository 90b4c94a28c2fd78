import type { Milliseconds } from '../../clock.ts';
import type { BuildTrail, QueueFacts } from './facts.ts';
import { ageAt, minKnown, nomadNow, serverNow } from './moments.ts';
import { uiStateOf } from './ui-state.ts';

/** The number of builds within the window. */
export interface Activity {
  /** The builds that were seen or mentioned anywhere. */
  readonly builds: number;
  /** Of these, builds that are in Nomad and have not ended, or are queued or running in the UI. */
  readonly live: number;
  /** The time since any build was last mentioned; null if unknown. */
  readonly lastAgeMs: Milliseconds | null;
}

/** Counts the builds within the window. */
export function activityOf(facts: QueueFacts): Activity {
  const ages = facts.trails.map((trail) => ageOf(trail, facts));
  const recent = ages.filter((age) => age !== null && age <= facts.snapshot.windowMs);
  const live = facts.trails.filter(isLive).length;
  return { builds: Math.max(recent.length, live), live, lastAgeMs: minKnown(recent) };
}

function isLive({ jobs, ui }: BuildTrail): boolean {
  const state = ui === null ? 'unknown' : uiStateOf(ui);
  return jobs.some(({ status }) => status !== 'dead') || state === 'waiting' || state === 'running';
}

function ageOf({ seen, jobs, ui }: BuildTrail, { snapshot }: QueueFacts): Milliseconds | null {
  const nomad = nomadNow(snapshot);
  const server = serverNow(snapshot);
  return minKnown([
    ...[...seen.values()].map(({ lastAgeMs }) => lastAgeMs),
    ...jobs.flatMap((job) => [ageAt(nomad, job.submittedAt), ageAt(nomad, job.finishedAt)]),
    ageAt(server, ui?.queuedAt ?? null),
    ageAt(server, ui?.stoppedAt ?? null),
  ]);
}
