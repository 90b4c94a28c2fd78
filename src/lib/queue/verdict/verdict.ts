import type { Milliseconds } from '../../clock.ts';
import { formatDuration } from '../../units.ts';
import { buildKey } from '../build-key.ts';
import { builds } from '../build-names.ts';
import type { JudgedFinding, Verdict } from '../diagnosis.ts';
import { activityOf } from '../facts/activity.ts';
import { called } from '../facts/called.ts';
import type { BuildTrail, QueueFacts } from '../facts/facts.ts';
import { ageAt, least, nomadNow, serverNow } from '../facts/moments.ts';
import { notUp } from '../facts/not-up.ts';
import { uiStateOf } from '../facts/ui-state.ts';
import { countWaiting } from '../facts/who-waits.ts';
import { known } from '../snapshot/evidence.ts';
import { STAGES } from '../stages.ts';

/** A build that is queued for longer than this without an explanation is reported. */
const LONG_QUEUED_MS: Milliseconds = 180_000;

/** After this time without a build, the pipeline counts as idle: it may have broken meanwhile. */
const IDLE_AFTER_MS: Milliseconds = 300_000;

/** Returns the overall verdict from all findings. */
export function verdictOf(facts: QueueFacts, findings: readonly JudgedFinding[]): Verdict {
  const waiting = countWaiting(facts);
  const cause = findings[0]?.code ?? null;
  const { next = null, ...words } =
    findings.length > 0 ? illness(findings, waiting) : health(facts);
  return { ...words, cause, waiting, next };
}

type Words = Pick<Verdict, 'state' | 'text'> & Partial<Pick<Verdict, 'next'>>;

function illness(findings: readonly JudgedFinding[], waiting: number | null): Words {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors.length > 0 ? errors : findings;
  if (!first) return { state: 'unknown', text: '' };
  const next = first.remedy.commands[0] ?? null;
  const queued = waiting === null || isTold(waiting, first) ? '' : ` ${waits(waiting)}.`;
  if (errors.length === 0) {
    const blind = findings.find(isBlind);
    const but = blind ? ` not everything could be read: ${blind.title}` : `: ${first.title}`;
    const text = `Nothing that could be read blocks builds, but${but}.${queued}`;
    const [look = null] = (blind ?? first).remedy.commands;
    return { state: blind ? 'unknown' : 'degraded', text, next: look };
  }
  const others = errors.slice(1).filter(({ causedBy }) => causedBy === null);
  const also = others.map(({ title }) => ` There is another cause: ${title}.`).join('');
  if (errors.every(({ code }) => code === 'CQ0901')) {
    const text = `The cause cannot be determined: ${first.title}.${also}`;
    return { state: 'unknown', text, next };
  }
  return { state: 'broken', text: `${opening(first)}.${queued}${also}`, next };
}

/** Returns whether an essential source could not be read, so that few findings prove little. */
function isBlind({ code, subject }: JudgedFinding): boolean {
  return code === 'CQ0901' && (subject === 'kubernetes' || subject === 'nomad');
}

/** Returns whether the number of waiting builds need not be repeated. */
function isTold(waiting: number, { title }: JudgedFinding): boolean {
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

function health(facts: QueueFacts): Words {
  const { snapshot } = facts;
  const clients = known(snapshot.nomad.clients);
  if (facts.logs.size === 0 && clients === null) {
    const text = 'No verdict: neither the logs of the pipeline nor Nomad could be read.';
    return { state: 'unknown', text };
  }
  const waited = startingUp(facts);
  if (waited !== null) return waited;
  if (snapshot.trigger !== null) {
    const followed = followTrigger(facts);
    if (followed !== null) return followed;
  }
  const late = longQueued(facts);
  if (late !== null) return late;
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

/** A step without a ready pod, though its pods are too young for that to be a fault. */
function startingUp({ snapshot }: QueueFacts): Words | null {
  const [first, ...others] = notUp(snapshot);
  if (!first) return null;
  const names = [first, ...others].map(({ workload }) => workload);
  const verb = others.length === 0 ? 'has' : 'have';
  const text =
    `${names.join(', ')} ${verb} no ready pod, so no build gets through: ` +
    `${first.pod.name} is ${first.text}. Check again in a minute`;
  return { state: 'unknown', text, next: `circleci-admin pods describe ${first.pod.name}` };
}

/**
 * Returns a verdict for builds that are queued for long in the UI without an explanation, or null.
 */
function longQueued(facts: QueueFacts): Words | null {
  const now = serverNow(facts.snapshot);
  const late = facts.trails.flatMap(({ ui, jobs }) => {
    if (ui === null || uiStateOf(ui) !== 'waiting' || jobs.length > 0) return [];
    const age = ageAt(now, ui.queuedAt);
    return age !== null && age > LONG_QUEUED_MS ? [age] : [];
  });
  if (late.length === 0) return null;
  const text =
    `${waits(late.length)}, one for ${formatDuration(Math.max(...late))}, and nothing that was ` +
    'read shows why: the logs may not go back far enough. Try again with a longer --since';
  return { state: 'unknown', text };
}

/** Returns how far the triggered build has got; null if no build was triggered. */
function followTrigger(facts: QueueFacts): Words | null {
  const { trigger } = facts.snapshot;
  if (trigger === null) return null;
  const after = formatDuration(trigger.ageMs);
  if (trigger.number === null) {
    const text = `The build of ${trigger.project} that was started ${after} ago has no number yet: check again in a minute`;
    return { state: 'unknown', text };
  }
  const name = `${trigger.project}/${trigger.number}`;
  const key = buildKey(trigger.project, trigger.number);
  const trail = facts.trails.find((one) => one.key === key);
  if (trail && arrived(trail)) {
    const took = tookOf(trail, facts, trigger.ageMs);
    const where = trail.jobs.length > 0 ? 'Nomad' : 'the UI, as running';
    const when = took === null ? '' : ` after ${formatDuration(took)}`;
    return { state: 'healthy', text: `Builds get through: ${name} reached ${where}${when}.` };
  }
  const at = trail ? STAGES.findLast((stage) => trail.seen.has(stage)) : undefined;
  const got =
    at === undefined ? 'no stage has received it yet' : `it has reached ${called(facts, at)}`;
  const text = `${name} was started ${after} ago, and ${got}: check again in a minute`;
  return { state: 'unknown', text };
}

function arrived({ jobs, ui }: BuildTrail): boolean {
  const state = ui === null ? 'unknown' : uiStateOf(ui);
  return jobs.length > 0 || state === 'running' || state === 'ended';
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
      : least([ageAt(serverNow(snapshot), ui?.startedAt ?? ui?.stoppedAt ?? null)]);
  return since === null ? null : Math.max(0, ageMs - since);
}
