import type { Milliseconds } from '../../clock.ts';
import { rankOf } from '../logs/levels.ts';
import { parseRecord } from '../logs/parse-record.ts';
import type { RecordHead } from '../logs/record.ts';
import { splitLine } from '../logs/split-line.ts';
import type { LogLine } from '../snapshot/snapshot.ts';
import type { Stage } from '../stages.ts';
import type { BuildRecord, RecordKind, StepClock } from './build-facts.ts';
import type { BuildMatcher } from './build-matcher.ts';
import { recordMoment } from './record-moment.ts';

/** The source of log lines. */
export interface LogOrigin {
  readonly stage: Stage;
  readonly pod: string;
  readonly clock: StepClock;
  /** Redacts secrets in the text that is kept. */
  readonly redact: (text: string) => string;
}

/**
 * How many lines before one that names the build are searched for the start of its thread's work.
 */
const LINES_BEFORE = 50;
/** How many lines after it are searched for the rest of its thread's work. */
const LINES_AFTER = 500;
/** The maximum time between two records of a thread's work on one build. */
const MAX_GAP: Milliseconds = 10_000;
/** The maximum number of records kept per container; only repeated errors exceed it. */
const MAX_RECORDS = 200;

/** Healthy wordings from the operations guide's samples; the first match counts. */
const KINDS: readonly (readonly [RecordKind, RegExp])[] = [
  ['got', /\bgot (?:usage-queue event|task message)/i],
  ['forwarded', /\bforwarded to\b/i],
  ['popped', /\bpopped build\b/i],
  ['computed', /\bcomputed tasks\b/i],
  ['posting', /\bposting\b.*\bnomad\b/i],
  ['posted', /\bposted\b.*\bnomad\b/i],
];
const ENDED = /\b(?:finished|ended|completed?)\b/i;

/** Records with which a thread starts on a build. */
const BEGINS: ReadonlySet<RecordKind> = new Set(['got', 'popped']);
/** Records with which a thread continues without naming the build again. */
const CONTINUES: ReadonlySet<RecordKind> = new Set(['computed', 'posting', 'posted', 'error']);

interface Parsed {
  readonly head: RecordHead;
  readonly at: Date | null;
  readonly kind: RecordKind;
  readonly line: LogLine;
}

/**
 * Searches a container's log line by line for one build, and keeps only its records: those that
 * name the build, and those with which the same thread started or continued with it. In the guide's
 * samples, only one of a thread's records names the build.
 */
export class BuildLog {
  readonly #matcher: BuildMatcher;
  readonly #origin: LogOrigin;
  readonly #records: BuildRecord[] = [];
  readonly #before: LogLine[] = [];
  /** The threads that work on the build, and on which of its tasks. */
  readonly #threads = new Map<string | null, { since: number; task: number | null }>();
  #linesLeft = 0;

  constructor(matcher: BuildMatcher, origin: LogOrigin) {
    this.#matcher = matcher;
    this.#origin = origin;
  }

  /** Oldest first. */
  get records(): readonly BuildRecord[] {
    return this.#records;
  }

  /** The clock of the records' times. */
  get clock(): StepClock {
    return this.#origin.clock;
  }

  /** Processes the next line. */
  take(line: LogLine): void {
    if (this.#linesLeft === 0 && !this.#matcher.mayName(line.text)) {
      this.#remember(line);
      return;
    }
    for (const part of parts(line)) {
      this.#takeRecord(part);
      this.#remember(part);
    }
    this.#linesLeft = Math.max(0, this.#linesLeft - 1);
    if (this.#linesLeft === 0) this.#threads.clear();
  }

  #remember(line: LogLine): void {
    this.#before.push(line);
    if (this.#before.length > LINES_BEFORE) this.#before.shift();
  }

  #takeRecord(line: LogLine): void {
    const record = parsed(line, this.#origin.stage);
    const naming = this.#matcher.read(line.text);
    if (naming.ours) {
      const known = record ?? unparsed(line);
      const { thread } = known.head;
      const begun = this.#threads.has(thread);
      if (!begun && !BEGINS.has(known.kind)) this.#addBeginning(known, naming.task);
      this.#threads.set(thread, { since: known.at?.getTime() ?? 0, task: naming.task });
      this.#linesLeft = LINES_AFTER;
      this.#add(known, naming.task);
      return;
    }
    if (record === null) return;
    const work = this.#threads.get(record.head.thread);
    if (work === undefined) return;
    const late = (record.at?.getTime() ?? 0) - work.since > MAX_GAP;
    const ties = record.kind !== 'error' || record.head.thread !== null;
    if (BEGINS.has(record.kind) || late || namesAny(line.text)) {
      this.#threads.delete(record.head.thread);
    } else if (CONTINUES.has(record.kind) && ties) this.#add(record, work.task);
  }

  /** Adds the record with which the thread started on the build, from the lines before. */
  #addBeginning({ head, at }: Parsed, task: number | null): void {
    const { stage } = this.#origin;
    const earlier = this.#before.flatMap(parts).reverse();
    for (const line of earlier) {
      const record = parsed(line, stage);
      if (record?.head.thread !== head.thread) continue;
      const age = (at?.getTime() ?? 0) - (record.at?.getTime() ?? 0);
      if (age > MAX_GAP || namesAny(line.text)) return;
      if (!BEGINS.has(record.kind)) continue;
      this.#add(record, task);
      return;
    }
  }

  #add({ kind, at, head, line }: Parsed, task: number | null): void {
    if (this.#records.length >= MAX_RECORDS) return;
    const { pod, clock, redact } = this.#origin;
    const said = head.error === null ? head.message : `${head.message}: ${head.error}`;
    const kept = { pod, time: line.time, text: redact(line.text) };
    this.#records.push({ kind, at, clock, message: redact(said), task, line: kept });
  }
}

function parts({ time, text }: LogLine): readonly LogLine[] {
  return splitLine(text).map((part) => ({ time, text: part }));
}

function parsed(line: LogLine, stage: Stage): Parsed | null {
  const head = parseRecord(line.text);
  if (head === null) return null;
  return { head, at: recordMoment(line.text, line.time), kind: kindOf(head, stage), line };
}

/** A line that names the build in an unknown format. */
function unparsed(line: LogLine): Parsed {
  const head = { level: null, namespace: null, thread: null, error: null, trace: [] };
  const at = recordMoment('', line.time);
  return { head: { ...head, message: line.text }, at, kind: 'named', line };
}

function kindOf({ level, message, error }: RecordHead, stage: Stage): RecordKind {
  const rank = rankOf(level);
  if (rank === 'error' || (error !== null && rank !== 'quiet')) return 'error';
  const known = KINDS.find(([, pattern]) => pattern.test(message));
  if (known) return known[0];
  return stage === 'output-processor' && ENDED.test(message) ? 'ended' : 'named';
}

/** Returns whether a text names any build, by an ID or in the format of the legacy-dispatcher. */
function namesAny(text: string): boolean {
  return /\b[0-9a-f]{24}\b|build-name=/.test(text);
}
