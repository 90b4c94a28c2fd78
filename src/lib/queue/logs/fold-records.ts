import { keysIn, type NamedBuilds } from '../build-key.ts';
import type { LogLine } from '../snapshot/snapshot.ts';
import { type Entry, keepDetail } from './entry.ts';
import { isError } from './is-error.ts';
import { rankOf } from './levels.ts';
import type { EvidenceLine } from './log-facts.ts';
import { isForeign } from './namespaces.ts';
import { parseRecord } from './parse-record.ts';
import { NO_TRACE, type RecordHead } from './record.ts';
import { splitLine } from './split-line.ts';
import { causeIn, exceptionIn, type TraceLine, traceLine } from './stack-trace.ts';

/** A stack trace is written at once: later lines belong to something else. In milliseconds. */
const MAX_TRACE_MS = 2_000;
/** The number of other records after which stack trace lines no longer belong to an error. */
const INTERLEAVED = 8;
/** A DEBUG message that a following exception may belong to. */
const MENTIONS_ERROR = /except|error|fail|caught|stack|trace|throw/i;
const NO_BUILDS: NamedBuilds = { keys: [], buildIds: [], joined: [], tasks: [] };
const NO_HEAD: Omit<RecordHead, 'message'> = {
  level: null,
  namespace: null,
  thread: null,
  error: null,
  trace: NO_TRACE,
};

/**
 * Escape sequences (ECMA-48) for colours and the like, which some loggers write even without a
 * terminal.
 */
const ESCAPES = /\p{Cc}\[[\d;?]*[A-Za-z]/gu;

/** Removes escape sequences, and the carriage return of a Windows line end. */
function plain(text: string): string {
  const bare = text.includes('\u001b') ? text.replace(ESCAPES, '') : text;
  return bare.endsWith('\r') ? bare.slice(0, -1) : bare;
}

/** Receives the records. */
export interface RecordSink {
  /** Called for every record in order, including errors. */
  record(entry: Entry, error: boolean): void;
  /** Called for an error when it is complete. */
  error(entry: Entry): void;
}

/**
 * Converts the lines of one container to records. Lines that hold several records are split. Stack
 * traces are added to the record that they follow, even if a record of another thread comes
 * between.
 */
export class RecordFolder {
  readonly #pod: string;
  readonly #sink: RecordSink;
  #current: Entry | null = null;
  /** The newest error before the current record; stack trace lines may still be added to it. */
  #pending: Entry | null = null;
  #sincePending = 0;

  constructor(pod: string, sink: RecordSink) {
    this.#pod = pod;
    this.#sink = sink;
  }

  /** Processes the next line and its time. */
  take(line: LogLine, at: number | null): void {
    for (const text of splitLine(plain(line.text))) {
      const evidence = { pod: this.#pod, time: line.time, text };
      const head = parseRecord(text);
      if (head) this.#begin(head, evidence, at);
      else if (text.trim() !== '') this.#headless(text, evidence, at);
    }
  }

  /** Processes the end of the log. */
  end(): void {
    this.#displace();
    this.#release();
  }

  #begin(head: RecordHead, line: EvidenceLine, at: number | null): void {
    this.#displace();
    const rank = rankOf(head.level);
    const foreign = rank !== 'error' && isForeign(head.namespace);
    const entry: Entry = {
      head,
      rank,
      at,
      line,
      lastAt: at,
      frames: 0,
      exception: null,
      causes: [],
      details: [],
      named: foreign ? NO_BUILDS : keysIn(line.text),
      atWorkOn: [],
    };
    if (rank === 'error' || rank === null) {
      entry.exception = exceptionIn(head.message) ?? (head.error && exceptionIn(head.error));
    }
    for (const text of head.trace) addTrace(entry, text, line, traceLine(text));
    this.#current = entry;
  }

  #headless(text: string, line: EvidenceLine, at: number | null): void {
    const kind = traceLine(text);
    const owner = this.#ownerOf(text, kind, at);
    if (owner) {
      owner.lastAt = at ?? owner.lastAt;
      addTrace(owner, text, line, kind);
      return;
    }
    this.#begin({ ...NO_HEAD, message: text }, line, at);
    if (kind !== null && this.#current) addTrace(this.#current, text, null, kind);
  }

  /**
   * Returns the record that a line without a record head belongs to; null if it starts a new
   * record.
   */
  #ownerOf(text: string, kind: TraceLine, at: number | null): Entry | null {
    const current = this.#current;
    const open = current && isError(current) && isWithinTraceTime(current, at) ? current : null;
    if (kind === 'crash') return open && open.frames === 0 && open.rank === 'error' ? open : null;
    if (open) return open;
    const pending = this.#pending;
    const late = pending && this.#sincePending <= INTERLEAVED && isWithinTraceTime(pending, at);
    if (kind === 'frame' || kind === 'cause') return late ? pending : current;
    if (kind === 'exception') {
      if (late && pending.frames === 0 && pending.exception === null) return pending;
      if (!current || !isWithinTraceTime(current, at)) return null;
      return current.rank !== 'quiet' || MENTIONS_ERROR.test(current.head.message) ? current : null;
    }
    // The continuation of a record with several lines, such as a pretty-printed map.
    return current && /^\s/.test(text) && isWithinTraceTime(current, at) ? current : null;
  }

  #displace(): void {
    const entry = this.#current;
    this.#current = null;
    if (!entry) return;
    const error = isError(entry);
    if (error) entry.exception ??= exceptionIn(entry.head.message);
    this.#sink.record(entry, error);
    this.#sincePending += 1;
    if (error) {
      this.#release();
      this.#pending = entry;
      this.#sincePending = 0;
    } else if (this.#sincePending > INTERLEAVED) this.#release();
  }

  #release(): void {
    if (this.#pending) this.#sink.error(this.#pending);
    this.#pending = null;
  }
}

function isWithinTraceTime(entry: Entry, at: number | null): boolean {
  return at === null || entry.lastAt === null || at - entry.lastAt <= MAX_TRACE_MS;
}

function addTrace(entry: Entry, text: string, line: EvidenceLine | null, kind: TraceLine): void {
  const cause = causeIn(text);
  if (kind === 'frame' || kind === 'cause') entry.frames += 1;
  if (cause !== null) entry.causes.push(cause);
  if (kind !== 'frame' && kind !== 'cause') entry.exception ??= exceptionIn(text);
  if (line && line !== entry.line) keepDetail(entry, line, cause !== null || kind === 'exception');
  if (kind === 'frame' || entry.rank === 'quiet') return;
  const named = keysIn(text);
  if (named.keys.length + named.buildIds.length > 0) entry.named = both(entry.named, named);
}

function both(one: NamedBuilds, other: NamedBuilds): NamedBuilds {
  return {
    keys: [...new Set([...one.keys, ...other.keys])],
    buildIds: [...new Set([...one.buildIds, ...other.buildIds])],
    joined: [...one.joined, ...other.joined],
    tasks: [...one.tasks, ...other.tasks],
  };
}
