import { formatDuration } from '../../../units.ts';
import { builds } from '../../build-names.ts';
import type { QueueFacts } from '../../facts/facts.ts';
import { stageInSentence, stageName } from '../../facts/service-names.ts';
import { type Finding, type FindingSeverity, fact, lines, type Proof } from '../../finding.ts';
import type { LogError } from '../../logs/log-facts.ts';
import { traceLine } from '../../logs/stack-trace.ts';
import type { Stage } from '../../stages.ts';
import { buildsHeldAt, type HeldBuild, isSince, severityOf } from './error-severity.ts';

const SHOWN = 3;

/** The code, the stage and the remedy of a finding about errors. */
export interface StageErrorsAbout {
  readonly code: string;
  readonly stage: Stage;
  /** Returns the remedy for the stage's name in this installation. */
  readonly remedy: (name: string) => Finding['remedy'];
}

/** Finds the errors in a stage's log that hold builds up, or may do so. */
export function stageErrors(facts: QueueFacts, about: StageErrorsAbout): readonly Finding[] {
  const { code, stage, remedy } = about;
  const name = stageName(facts, stage);
  const log = facts.logs.get(stage);
  if (!log || log.errors.length + log.troubles.length === 0) return [];
  const held = buildsHeldAt(facts, stage);
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
  const waiting = severity === 'error' ? held.map((one) => one.name) : [];
  return [
    {
      code,
      severity,
      place: stage,
      subject: name,
      title: `${stageInSentence(facts, stage)} logs ${isTrouble ? 'repeated problems' : 'errors'}: ${inShort(error)}`,
      evidence: [
        ...judged.slice(0, SHOWN).flatMap((one) => evidenceOf(one.error)),
        ...(judged.length > SHOWN
          ? [fact(`and ${judged.length - SHOWN} more kinds of errors`)]
          : []),
        ...(waiting.length > 0 ? [fact(`${builds(waiting.length)} stuck here`)] : []),
      ],
      remedy: remedy(name),
      fix: null,
      builds: waiting,
    },
  ];
}

/** The number of repetitions that is not a coincidence; fewer suffice for a waiting build. */
const MIN_REPETITIONS = 3;
const MIN_REPETITIONS_IF_HELD = 2;

/**
 * Returns problems below the level ERROR that a stage logged repeatedly while builds stopped near
 * it.
 */
function repeated(troubles: readonly LogError[], held: readonly HeldBuild[]) {
  return troubles
    .filter(({ count, builds: named, lastAgeMs, recovered }) => {
      if (held.some(({ key }) => named.includes(key))) return count >= MIN_REPETITIONS_IF_HELD;
      const during = held.some(({ near, sinceMs }) => near && isSince(lastAgeMs, sinceMs));
      return during && !recovered && count >= MIN_REPETITIONS;
    })
    .map((error) => ({ error, severity: 'error' as const }))
    .sort((a, b) => b.error.count - a.error.count);
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

const MAX_LENGTH = 120;

/**
 * Returns a short text for an error: the root cause if known, else the message with the exception.
 */
function inShort({ message, exception, causes, lines: all }: LogError): string {
  const root = causes.at(-1);
  const details = all.slice(1).map(({ text }) => text.trim());
  const thrown =
    details.find((text) => traceLine(text) === 'exception') ??
    details.flatMap((text) => /^:cause "(.+)"/.exec(text)?.[1] ?? [])[0];
  const own = message.replace(/\s*#error \{.*$/, '').trim();
  const parts = root === undefined ? [own, thrown] : [root];
  const said = parts.filter((part) => part !== undefined && part !== '').join(': ');
  const text = (said === '' ? (exception ?? '') : said).replace(/\.+$/, '');
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text;
}
