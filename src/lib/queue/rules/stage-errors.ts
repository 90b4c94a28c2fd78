import type { Milliseconds } from '../../clock.ts';
import { formatDuration } from '../../units.ts';
import type { QueueFacts } from '../facts/facts.ts';
import { type StoppedTrail, stoppedBefore, stoppedNear, uiOf } from '../facts/stopped.ts';
import { unseenTrails } from '../facts/unseen.ts';
import { whoWaits } from '../facts/who-waits.ts';
import { type Finding, type FindingSeverity, fact, lines, type Proof } from '../finding.ts';
import { rankOf } from '../logs/levels.ts';
import type { LogError } from '../logs/log-facts.ts';
import { traceLine } from '../logs/stack-trace.ts';
import type { Stage } from '../stages.ts';
import { builds } from './build-names.ts';

/** A stage that works may say how it went on in a moment. */
const TOO_EARLY_MS: Milliseconds = 30_000;
/** Errors of a stage that works are worth a word where they are more than one in so many builds. */
const OFTEN = 0.25;
const MANY = 10;
const SHOWN = 3;

/** What is told of a stage's errors, apart from the errors themselves. */
export interface StageErrorsAbout {
  readonly code: string;
  readonly stage: Stage;
  readonly remedy: Finding['remedy'];
}

/** Finds the errors in a stage's log that hold builds up, or may do so. */
export function stageErrors(facts: QueueFacts, about: StageErrorsAbout): readonly Finding[] {
  const { code, stage, remedy } = about;
  const log = facts.logs.get(stage);
  if (!log || log.errors.length + log.troubles.length === 0) return [];
  const held = heldAt(facts, stage);
  const errors = log.errors
    .map((error) => ({ error, severity: severityOf(error, facts, stage, held) }))
    .filter((one) => one.severity !== null)
    .sort((a, b) => byWeight(a.severity, b.severity) || youngest(a.error, b.error));
  const judged = errors.some(({ severity }) => severity === 'error')
    ? errors
    : [...repeated(log.troubles, held), ...errors];
  const [worst] = judged;
  if (!worst || worst.severity === null) return [];
  const { error, severity } = worst;
  const isTrouble = log.troubles.includes(error);
  const waiting = severity === 'error' ? held.map(({ name }) => name) : [];
  return [
    {
      code,
      severity,
      place: stage,
      subject: stage,
      title: `${stage} logs ${isTrouble ? 'trouble again and again' : 'errors'}: ${inShort(error)}`,
      evidence: [
        ...judged.slice(0, SHOWN).flatMap((one) => evidenceOf(one.error)),
        ...(judged.length > SHOWN
          ? [fact(`and ${judged.length - SHOWN} more kinds of error`)]
          : []),
        ...(waiting.length > 0 ? [fact(`${builds(waiting.length)} got no further than here`)] : []),
      ],
      remedy,
      fix: null,
      builds: waiting,
    },
  ];
}

/** So often said is no chance; of a build that waits, once more than once. */
const AGAIN = 3;
const AGAIN_OF_HELD = 2;

/** Trouble below ERROR that a stage told again and again while builds came no further than there. */
function repeated(troubles: readonly LogError[], held: readonly Held[]) {
  return troubles
    .filter(({ count, builds: named, lastAgeMs, recovered }) => {
      if (held.some(({ key }) => named.includes(key))) return count >= AGAIN_OF_HELD;
      const during = held.some(({ near, sinceMs }) => near && isSince(lastAgeMs, sinceMs));
      return during && !recovered && count >= AGAIN;
    })
    .map((error) => ({ error, severity: 'error' as const }))
    .sort((a, b) => b.error.count - a.error.count);
}

/** A build that a stage may hold up; since when, where that is known. */
interface Held {
  readonly key: string;
  readonly name: string;
  readonly here: boolean;
  /** It got to this stage, or to the one before it. */
  readonly near: boolean;
  readonly sinceMs: Milliseconds | null;
}

function heldAt(facts: QueueFacts, stage: Stage): readonly Held[] {
  if (stage === 'output-processor') {
    return unseenTrails(facts).map(({ trail }) => ({
      key: trail.key,
      name: trail.name,
      here: true,
      near: true,
      sinceMs: null,
    }));
  }
  const near = new Set(stoppedNear(facts, stage).map(({ trail }) => trail));
  return stoppedBefore(facts, stage).map((one: StoppedTrail) => ({
    key: one.trail.key,
    name: one.trail.name,
    here: one.at === stage,
    near: near.has(one.trail),
    sinceMs: one.mention?.firstAgeMs ?? one.ageMs,
  }));
}

/** Null for an error that has passed, or that nothing waits because of: no finding. */
function severityOf(
  error: LogError,
  facts: QueueFacts,
  stage: Stage,
  held: readonly Held[],
): FindingSeverity | null {
  const { count, lastAgeMs, recovered } = error;
  // It names builds that wait, or came while one that stopped here was worked on.
  if (held.some(({ key }) => error.builds.includes(key))) return 'error';
  const during = held.some(({ here, sinceMs }) => here && isSince(lastAgeMs, sinceMs));
  if (during && error.builds.length === 0) return 'error';
  const log = facts.logs.get(stage);
  const events = log?.events ?? 0;
  const goesOn = log?.atPace === true && (error.survived || count < SHOWN);
  // What libraries tell with a trace, and do not call an error, they have mostly dealt with.
  const isMild = ['warn', 'info'].includes(rankOf(error.level) ?? '');
  if (hasPassed(error, facts, stage) || goesOn) {
    if (isMild) return null;
    return count >= MANY && count > events * OFTEN ? 'warning' : null;
  }
  if (held.length > 0) return 'error';
  if (isMild && count < SHOWN) return null;
  if (events > 0 && lastAgeMs !== null && lastAgeMs < TOO_EARLY_MS && count < SHOWN) return null;
  const isGrave = error.frames > 0 || error.exception !== null || error.level === 'FATAL';
  const waits = whoWaits(facts);
  if (waits === 'unknown' && !recovered) return isGrave || count > 1 ? 'error' : 'warning';
  return isGrave || count > 1 ? 'warning' : null;
}

function isSince(ageMs: Milliseconds | null, sinceMs: Milliseconds | null): boolean {
  return ageMs === null || sinceMs === null || ageMs <= sinceMs + 1_000;
}

/** Work went well after it, or all the builds that it names got further or have ended. */
function hasPassed(
  { recovered, builds: named }: LogError,
  facts: QueueFacts,
  stage: Stage,
): boolean {
  if (recovered) return true;
  // All that it names are in Nomad: that they got there says nothing of their output.
  if (stage === 'output-processor') return false;
  const trails = facts.trails.filter(({ key }) => named.includes(key));
  return (
    trails.length > 0 &&
    trails.every(
      (trail) => trail.jobs.length > 0 || ['running', 'ended'].includes(uiOf(trail, facts)),
    )
  );
}

function byWeight(a: FindingSeverity | null, b: FindingSeverity | null): number {
  return Number(b === 'error') - Number(a === 'error');
}

function youngest(a: LogError, b: LogError): number {
  return (a.lastAgeMs ?? Number.POSITIVE_INFINITY) - (b.lastAgeMs ?? Number.POSITIVE_INFINITY);
}

function evidenceOf(error: LogError): readonly Proof[] {
  const { count, lastAgeMs, frames, causes } = error;
  const parts = [`${count === 1 ? 'once' : `${count} times`}`];
  if (lastAgeMs !== null) parts.push(`the last time ${formatDuration(lastAgeMs)} ago`);
  if (frames > 0) parts.push(`${frames} lines of stack trace`);
  const root = causes.at(-1);
  if (root !== undefined) parts.push(`caused by ${root}`);
  return [...lines(error.lines), fact(parts.join(', '))];
}

const LONGEST = 120;

/** What it says, and what was thrown where the message alone does not tell; the root cause before both. */
function inShort({ message, exception, causes, lines: all }: LogError): string {
  const root = causes.at(-1);
  const told = all.slice(1).map(({ text }) => text.trim());
  const thrown =
    told.find((text) => traceLine(text) === 'exception') ??
    told.flatMap((text) => /^:cause "(.+)"/.exec(text)?.[1] ?? [])[0];
  const own = message.replace(/\s*#error \{.*$/, '').trim();
  const parts = root === undefined ? [own, thrown] : [root];
  const said = parts.filter((part) => part !== undefined && part !== '').join(': ');
  const text = (said === '' ? (exception ?? '') : said).replace(/\.+$/, '');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
