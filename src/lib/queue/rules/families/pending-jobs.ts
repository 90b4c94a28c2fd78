import type { Milliseconds } from '../../../clock.ts';
import type { JobRow } from '../../../nomad/jobs/jobs.ts';
import type { PendingKind } from '../../../nomad/jobs/pending-reason.ts';
import { formatBytes, formatDuration } from '../../../units.ts';
import { builds, listed } from '../../build-names.ts';
import type { QueueFacts } from '../../facts/facts.ts';
import { isLeaderless } from '../../facts/leader.ts';
import { ageAt, nomadNow } from '../../facts/moments.ts';
import { type Finding, fact, type Proof } from '../../finding.ts';
import { known } from '../../snapshot/evidence.ts';
import { closedFleet } from './closed-fleet.ts';

/** A job counts as pending only after this time, because placement takes a moment. */
const PENDING_MS: Milliseconds = 30_000;

/**
 * Kinds that count at once, because Nomad has tried to place the job and reported why it cannot.
 */
const LASTING: ReadonlySet<PendingKind> = new Set([
  'too-large',
  'constraint',
  'class-filtered',
  'driver-missing',
  'unknown-datacenter',
  'unknown-node-pool',
  'quota',
]);

/** The texts and conditions of a rule about pending jobs. */
export interface PendingAbout {
  readonly code: string;
  readonly kinds: readonly PendingKind[];
  /** Returns the title from a text such as `3 builds`. */
  readonly title: (count: string) => string;
  readonly remedy: (oldest: string) => Finding['remedy'];
  /** Whether the finding is left out if Nomad has no leader or no client accepts builds. */
  readonly follows: boolean;
}

/** Finds jobs pending for reasons of these kinds; returns one finding for all of them. */
export function pendingJobs(facts: QueueFacts, about: PendingAbout): readonly Finding[] {
  const isClosed = closedFleet(facts) !== null;
  if (about.follows && (isClosed || isLeaderless(facts))) return [];
  const now = nomadNow(facts.snapshot);
  const waiting = (known(facts.snapshot.nomad.jobs) ?? []).filter((job) => {
    const kind = kindOf(job);
    if (kind === null || !about.kinds.includes(kind)) return false;
    return LASTING.has(kind) || (ageAt(now, job.submittedAt) ?? PENDING_MS) >= PENDING_MS;
  });
  const oldest = waiting.toSorted(bySubmission)[0];
  if (!oldest) return [];
  const names = namesOf(facts, waiting);
  return [
    {
      code: about.code,
      severity: 'error',
      place: 'jobs',
      subject: null,
      title: about.title(builds(names.length)),
      evidence: evidenceOf(waiting, names, oldest, now),
      remedy: about.remedy(oldest.id),
      fix: null,
      builds: names,
    },
  ];
}

/**
 * Returns the kind of a pending job; `unexplained` if the reason is unknown, null if it is not
 * pending.
 */
function kindOf({ status, pending }: JobRow): PendingKind | null {
  return status === 'pending' ? (pending?.kind ?? 'unexplained') : null;
}

function bySubmission(a: JobRow, b: JobRow): number {
  return (a.submittedAt?.getTime() ?? 0) - (b.submittedAt?.getTime() ?? 0);
}

function namesOf(facts: QueueFacts, jobs: readonly JobRow[]): readonly string[] {
  const names = new Map(
    facts.trails.flatMap((trail) => trail.jobs.map((job) => [job.id, trail.name] as const)),
  );
  return [...new Set(jobs.toSorted(bySubmission).map(({ id }) => names.get(id) ?? id))];
}

function evidenceOf(
  jobs: readonly JobRow[],
  names: readonly string[],
  oldest: JobRow,
  now: Date,
): readonly Proof[] {
  const texts = Map.groupBy(jobs, ({ pending }) => pending?.text ?? 'Nomad does not say why');
  const said = [...texts].sort(([, a], [, b]) => b.length - a.length).slice(0, 3);
  const age = ageAt(now, oldest.submittedAt);
  const size = sizes(jobs);
  return [
    ...said.map(([text, those]) =>
      fact(`Nomad: ${text}${those.length > 1 ? ` (${those.length} jobs)` : ''}`),
    ),
    ...(size === null ? [] : [fact(size)]),
    fact(
      `waiting: ${listed(names)}${age === null ? '' : `; the oldest for ${formatDuration(age)}`}`,
    ),
  ];
}

/** Returns the requested resources and those of the largest client. */
function sizes(jobs: readonly JobRow[]): string | null {
  for (const { pending } of jobs) {
    const { asked, largest } = pending?.details ?? { asked: null, largest: null };
    if (asked && largest) {
      return (
        `required: ${asked.cpuMhz} MHz and ${formatBytes(asked.memoryBytes)}; ` +
        `the largest client has ${largest.cpuMhz} MHz and ${formatBytes(largest.memoryBytes)}`
      );
    }
  }
  return null;
}
