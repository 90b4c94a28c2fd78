import type { Milliseconds } from '../../clock.ts';
import type { ReadLog } from '../snapshot/snapshot.ts';
import type { Stage } from '../stages.ts';
import type { ContainerDigest } from './container-digest.ts';
import { KEPT_DETAILS } from './entry.ts';
import type { TalliedError } from './error-tally.ts';
import type { BuildMention, LogError, PodLogFacts, StageLogFacts } from './log-facts.ts';
import type { MentionTally } from './mention-tally.ts';
import type { RecoveryDetector } from './recovery-detector.ts';

/** A build is assumed to have passed if no error follows for this time, in milliseconds. */
const SETTLED_MS = 30_000;
/** Sorts unknown ages last; finite, so that two of them can be subtracted. */
const UNKNOWN_AGE = Number.MAX_SAFE_INTEGER;

/** A container's log, completely digested. */
export interface DigestedLog {
  readonly digest: ContainerDigest;
  readonly read: ReadLog;
  /** The current time by its node's clock. */
  readonly now: Date;
}

/** What is known in addition to the logs. */
export interface StageContext {
  readonly keyOfId: ReadonlyMap<string, string>;
  readonly windowMs: Milliseconds | null;
}

interface Aged<T> {
  readonly of: T;
  age(at: number | null): Milliseconds | null;
}

/**
 * Merges the logs of a stage's containers. Compares only ages, because the nodes' clocks may
 * differ.
 */
export function stageFacts(
  stage: Stage,
  logs: readonly DigestedLog[],
  context: StageContext,
): StageLogFacts {
  const current = logs.filter(({ digest }) => !digest.previous);
  const builds = mentionsByKey(current, context.keyOfId);
  const mentions = [...builds.values()].flat();
  const events = sum(current.map(({ digest }) => digest.events));
  const lastEventAgeMs = least([
    ...current.map((log) => aged(log).age(log.digest.lastEventAt)),
    ...mentions.map(({ of, age }) => age(of.healthyAt)),
  ]);
  const passed = passedAges(current, mentions);
  const atPace =
    stage === 'output-processor'
      ? current.some(({ digest: { recovery } }) => isSettled(recovery))
      : keepsPace(passed);
  const errors = mergedErrors(logs, 'errors', context.keyOfId, passed);
  const troubles = mergedErrors(current, 'troubles', context.keyOfId, passed);
  return {
    stage,
    pods: current.map((log) => podFacts(log, context.windowMs)),
    idle: errors.length + builds.size + events === 0,
    lastEventAgeMs,
    // If no line names a build, each received build counts.
    events: builds.size || sum(current.map(({ digest }) => digest.begun)) || Math.min(events, 1),
    atPace,
    errors,
    troubles,
    builds: new Map([...builds].map(([key, all]) => [key, mergedMention(all)])),
    outputAddress:
      current.findLast(({ digest }) => digest.outputAddress)?.digest.outputAddress ?? null,
  };
}

function aged<T extends DigestedLog>(log: T): Aged<T> {
  const now = log.now.getTime();
  return { of: log, age: (at) => (at === null ? null : Math.max(0, now - at)) };
}

function podFacts(log: DigestedLog, windowMs: Milliseconds | null): PodLogFacts {
  const { digest, read } = log;
  const { age } = aged(log);
  return {
    pod: digest.pod,
    container: digest.container,
    lines: digest.lines,
    reachesBackMs: reachesBack(
      age(digest.oldestAt),
      age(read.startedAt?.getTime() ?? null),
      read.cut,
      windowMs,
    ),
    lastLineAgeMs: age(digest.newestAt),
    lastBeatAgeMs: age(digest.lastBeatAt),
    lastBeat: digest.lastBeat,
  };
}

/**
 * Returns how far back the log is complete: to the container's start or the window, whichever is
 * later, or to the oldest line if older lines were cut off.
 */
function reachesBack(
  oldest: Milliseconds | null,
  sinceStart: Milliseconds | null,
  cut: boolean,
  windowMs: Milliseconds | null,
): Milliseconds | null {
  if (cut || windowMs === null) return oldest;
  return Math.min(windowMs, sinceStart ?? windowMs);
}

/** Groups mentions by build key; IDs that belong to no known build are dropped. */
function mentionsByKey(
  logs: readonly DigestedLog[],
  keyOfId: ReadonlyMap<string, string>,
): ReadonlyMap<string, Aged<MentionTally>[]> {
  const byKey = new Map<string, Aged<MentionTally>[]>();
  for (const log of logs) {
    const { age } = aged(log);
    for (const [ref, of] of log.digest.mentions) {
      const key = keyOf(ref, keyOfId);
      // No line names it: an error was only attributed to an ID that its thread had named.
      if (key === null || of.named === 0) continue;
      byKey.set(key, [...(byKey.get(key) ?? []), { of, age }]);
    }
  }
  return byKey;
}

function keyOf(ref: string, keyOfId: ReadonlyMap<string, string>): string | null {
  return /^[0-9a-f]{24}$/.test(ref) ? (keyOfId.get(ref) ?? null) : ref;
}

function mergedMention(all: readonly Aged<MentionTally>[]): BuildMention {
  const lines = all.flatMap(({ of, age }) =>
    of.lines.map(({ at, line }) => ({ ageMs: age(at) ?? 0, line })),
  );
  return {
    firstAgeMs: greatest(all.map(({ of, age }) => age(of.firstAt))),
    lastAgeMs: least(all.map(({ of, age }) => age(of.lastAt))),
    handedOnMs: greatest(all.map(({ of, age }) => age(of.firstEndedAt))),
    tasks: [...new Set(all.flatMap(({ of }) => [...of.tasks]))],
    lines: lines
      .sort((one, other) => other.ageMs - one.ageMs)
      .slice(0, KEPT_DETAILS)
      .map(({ line }) => line),
    failed: all.some(({ of }) => of.failed),
    posted: all.some(({ of }) => of.posted),
  };
}

/**
 * Returns the ages of evidence that the stage works: a build left it, or was received without a
 * later error. Receiving a build is not enough, because failing builds start the same way.
 */
function passedAges(
  logs: readonly DigestedLog[],
  mentions: readonly Aged<MentionTally>[],
): readonly Milliseconds[] {
  const ends = logs.flatMap((log) => {
    const { lastEndAt, recovery } = log.digest;
    return [aged(log).age(lastEndAt), aged(log).age(recovery.settledAt)];
  });
  const builds = mentions.map(({ of, age }) => {
    const failedAfter = (at: number | null): boolean =>
      of.failed && (at === null || of.failedAt === null || of.failedAt >= at);
    if (of.endedAt !== null && !failedAfter(of.endedAt)) return age(of.endedAt);
    const last = age(of.lastAt);
    return !of.failed && last !== null && last >= SETTLED_MS ? age(of.firstAt) : null;
  });
  return known([...ends, ...builds]);
}

/** The minimum number of builds to compute a pace. */
const MIN_BUILDS_FOR_PACE = 3;
/** The next build may take this many times the average interval. */
const PAUSE = 3;

/** Returns whether the last build passed as recently as the average interval suggests. */
function keepsPace(passed: readonly Milliseconds[]): boolean {
  const newest = least(passed);
  const oldest = greatest(passed);
  if (newest === null || oldest === null || passed.length < MIN_BUILDS_FOR_PACE) return false;
  return newest <= (PAUSE * (oldest - newest)) / (passed.length - 1);
}

/** Fewer errors than this since the last normal work do not count as a new problem. */
const MIN_NEW_ERRORS = 3;

function isSettled({ settledAt, errorsSince }: RecoveryDetector): boolean {
  return settledAt !== null && errorsSince < MIN_NEW_ERRORS;
}

interface ErrorPart {
  readonly of: TalliedError;
  readonly firstAgeMs: Milliseconds | null;
  readonly lastAgeMs: Milliseconds | null;
}

function mergedErrors(
  logs: readonly DigestedLog[],
  which: 'errors' | 'troubles',
  keyOfId: ReadonlyMap<string, string>,
  passed: readonly Milliseconds[],
): readonly LogError[] {
  const kinds = new Map<string, ErrorPart[]>();
  for (const log of logs) {
    const { age } = aged(log);
    for (const [kind, of] of log.digest[which].kinds) {
      const part = { of, firstAgeMs: age(of.firstAt), lastAgeMs: age(of.lastAt) };
      kinds.set(kind, [...(kinds.get(kind) ?? []), part]);
    }
  }
  return [...kinds.values()]
    .map((parts) => mergedError(parts, keyOfId, least(passed)))
    .sort((one, other) => (one.lastAgeMs ?? UNKNOWN_AGE) - (other.lastAgeMs ?? UNKNOWN_AGE));
}

function mergedError(
  parts: readonly ErrorPart[],
  keyOfId: ReadonlyMap<string, string>,
  passedAgeMs: Milliseconds | null,
): LogError {
  const newest = parts.reduce((best, part) =>
    (part.lastAgeMs ?? UNKNOWN_AGE) < (best.lastAgeMs ?? UNKNOWN_AGE) ? part : best,
  );
  const { newest: entry } = newest.of;
  const refs = parts.flatMap(({ of }) => [...of.refs]);
  const keys = refs.flatMap((ref) => keyOf(ref, keyOfId) ?? []);
  const lastAgeMs = newest.lastAgeMs;
  const firstAgeMs = greatest(parts.map((part) => part.firstAgeMs));
  const passedSince = (ageMs: Milliseconds | null): boolean =>
    passedAgeMs !== null && ageMs !== null && passedAgeMs < ageMs;
  return {
    level: entry.head.level,
    namespace: entry.head.namespace,
    message: entry.head.message,
    exception: entry.exception,
    causes: entry.causes,
    frames: sum(parts.map(({ of }) => of.frames)),
    count: sum(parts.map(({ of }) => of.count)),
    firstAgeMs,
    lastAgeMs,
    recovered: passedSince(lastAgeMs),
    survived: passedSince(firstAgeMs),
    lines: [entry.line, ...entry.details],
    builds: [...new Set(keys)],
  };
}

function known(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value) => value !== null);
}

function least(values: readonly (number | null)[]): number | null {
  return known(values).reduce<number | null>((low, value) => Math.min(low ?? value, value), null);
}

function greatest(values: readonly (number | null)[]): number | null {
  return known(values).reduce<number | null>((top, value) => Math.max(top ?? value, value), null);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
