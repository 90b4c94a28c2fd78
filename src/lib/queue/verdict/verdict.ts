import type { Milliseconds } from '../../clock.ts';
import { formatDuration } from '../../units.ts';
import { builds } from '../build-names.ts';
import type { JudgedFinding, Verdict } from '../diagnosis.ts';
import { activityOf } from '../facts/activity.ts';
import type { BuildTrail, QueueFacts } from '../facts/facts.ts';
import { ageAt, minKnown, nomadNow, serverNow } from '../facts/moments.ts';
import { triggeredTrail } from '../facts/triggered.ts';
import { countWaiting } from '../facts/waiting-builds.ts';
import { UNDECIDED } from '../finding.ts';

/** After this time without a build, the pipeline counts as idle: it may have broken meanwhile. */
const IDLE_AFTER_MS: Milliseconds = 300_000;

/** Returns the overall verdict from all findings. */
export function verdictOf(facts: QueueFacts, findings: readonly JudgedFinding[]): Verdict {
  const waiting = countWaiting(facts);
  const cause = findings[0]?.code ?? null;
  const { next = null, ...words } =
    findings.length > 0 ? problemVerdict(findings, waiting) : healthVerdict(facts);
  return { ...words, cause, waiting, next };
}

type Words = Pick<Verdict, 'state' | 'text'> & Partial<Pick<Verdict, 'next'>>;

function problemVerdict(findings: readonly JudgedFinding[], waiting: number | null): Words {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors.length > 0 ? errors : findings;
  if (!first) return { state: 'unknown', text: '' };
  const next = first.remedy.commands[0] ?? null;
  const queued = waiting === null || isInTitle(waiting, first) ? '' : ` ${waits(waiting)}.`;
  if (errors.length === 0) {
    const open = findings.find(({ code, causedBy }) => code === UNDECIDED && causedBy === null);
    if (open) return undecided(open);
    const missingSource = findings.find(isSourceMissing);
    const but = missingSource
      ? ` not everything could be read: ${missingSource.title}`
      : `: ${first.title}`;
    const text = `Nothing that could be read blocks builds, but${but}.${queued}`;
    const [command = null] = (missingSource ?? first).remedy.commands;
    return { state: missingSource ? 'unknown' : 'degraded', text, next: command };
  }
  const others = errors.slice(1).filter(({ causedBy }) => causedBy === null);
  const also = others.map(({ title }) => ` There is another cause: ${title}.`).join('');
  if (errors.every(({ code }) => code === 'CQ0901')) {
    const text = `The cause cannot be determined: ${first.title}.${also}`;
    return { state: 'unknown', text, next };
  }
  return { state: 'broken', text: `${opening(first)}.${queued}${also}`, next };
}

/** The verdict if nothing was found, and builds may be held up nevertheless. */
function undecided(finding: JudgedFinding): Words {
  const { text, commands } = finding.remedy;
  return { state: 'unknown', text: `${opening(finding)}. ${text}`, next: commands[0] ?? null };
}

/** Returns whether an essential source could not be read, so that few findings prove little. */
function isSourceMissing({ code, subject }: JudgedFinding): boolean {
  return code === 'CQ0901' && (subject === 'kubernetes' || subject === 'nomad');
}

/** Returns whether the number of waiting builds need not be repeated. */
function isInTitle(waiting: number, { title }: JudgedFinding): boolean {
  return waiting === 0 || title.includes(`${builds(waiting)} waiting`);
}

function waits(count: number): string {
  return `${builds(count)} ${count === 1 ? 'waits' : 'wait'}`;
}

function opening({ title, subject, place }: JudgedFinding): string {
  // Keep the case of the name of a service or a pod.
  if (subject !== null && (place === 'kubernetes' || title.startsWith(subject))) return title;
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** The verdict without findings: builds get through, or none came. */
function healthVerdict(facts: QueueFacts): Words {
  const { snapshot } = facts;
  const followed = triggered(facts);
  if (followed !== null) return followed;
  const { builds: count, live, lastAgeMs } = activityOf(facts);
  const window = formatDuration(snapshot.windowMs);
  if (live === 0 && (lastAgeMs === null || lastAgeMs > IDLE_AFTER_MS)) {
    const since =
      lastAgeMs === null
        ? `no build came in the last ${window}`
        : `no build came for ${formatDuration(lastAgeMs)}`;
    return {
      state: 'idle',
      text: `Nothing is wrong, and ${since}. An idle pipeline and one that loses jobs look the same: start a build to check.`,
      next: 'circleci-admin troubleshoot queue --trigger ORG/REPO',
    };
  }
  const last = lastAgeMs === null ? '' : `, the last ${formatDuration(lastAgeMs)} ago`;
  const text = `Builds get through: ${builds(count)} in the last ${window}${last}.`;
  return { state: 'healthy', text };
}

/** Returns the verdict on the triggered build, which got through; null if none was triggered. */
function triggered(facts: QueueFacts): Words | null {
  const { trigger } = facts.snapshot;
  const trail = triggeredTrail(facts);
  if (trigger === null || trail === null) return null;
  const took = tookOf(trail, facts, trigger.ageMs);
  const where = trail.jobs.length > 0 ? 'Nomad' : 'the UI, as running';
  const when = took === null ? '' : ` after ${formatDuration(took)}`;
  return { state: 'healthy', text: `Builds get through: ${trail.name} reached ${where}${when}.` };
}

/**
 * Returns the time from the trigger until the job reached Nomad; each age is by the clock of its
 * source.
 */
function tookOf(
  { jobs, ui }: BuildTrail,
  { snapshot }: QueueFacts,
  ageMs: Milliseconds,
): Milliseconds | null {
  const now = nomadNow(snapshot);
  const inNomad = jobs
    .map(({ submittedAt }) => ageAt(now, submittedAt))
    .filter((age) => age !== null);
  const since =
    inNomad.length > 0
      ? Math.max(...inNomad)
      : minKnown([ageAt(serverNow(snapshot), ui?.startedAt ?? ui?.stoppedAt ?? null)]);
  return since === null ? null : Math.max(0, ageMs - since);
}
