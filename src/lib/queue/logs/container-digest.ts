import { outputAddressIn } from '../../connectivity/output-address.ts';
import type { LogLine } from '../snapshot/snapshot.ts';
import type { Stage } from '../stages.ts';
import type { Entry } from './entry.ts';
import { ErrorTally } from './error-tally.ts';
import { RecordFolder } from './fold-records.ts';
import { HeartbeatDetector } from './heartbeat-detector.ts';
import type { EvidenceLine } from './log-facts.ts';
import { MentionTally } from './mention-tally.ts';
import { RecoveryDetector } from './recovery-detector.ts';
import { reportsTrouble } from './trouble.ts';
import { workIn } from './work.ts';

/** How long a thread is assumed to work on the build that it named last, in milliseconds. */
const THREAD_MS = 120_000;
/** The same for logs without thread names, where it holds only for the next few records. */
const NO_THREAD_MS = 5_000;

interface AtWork {
  readonly refs: readonly string[];
  readonly at: number | null;
}

/**
 * Digests the log of one container, line by line. All times are in milliseconds of the clock of the
 * container's node. That clock may be wrong, so ages can only be computed once all lines are read.
 */
export class ContainerDigest {
  readonly stage: Stage;
  readonly pod: string;
  readonly container: string;
  /** The log of the run before the last restart, of which only errors count. */
  readonly previous: boolean;
  /** The builds named in the log, by key, or by ID if no line has given the key. */
  readonly mentions = new Map<string, MentionTally>();
  readonly errors: ErrorTally;
  /** Records below the level of an error that report a problem. */
  readonly troubles = new ErrorTally();
  /** Used for a stage whose records name no builds. */
  readonly recovery = new RecoveryDetector();
  /** The build key for each ID. */
  readonly keyOfId = new Map<string, string>();
  lines = 0;
  oldestAt: number | null = null;
  newestAt: number | null = null;
  lastBeat: EvidenceLine | null = null;
  lastBeatAt: number | null = null;
  /** Time of the newest healthy record about a build. */
  lastEventAt: number | null = null;
  /** Time of the newest record of a build leaving the stage, among those that name no build. */
  lastEndAt: number | null = null;
  /** Number of healthy records about builds. */
  events = 0;
  /** Number of times that a build was received. */
  begun = 0;
  /** `host:port`. */
  outputAddress: string | null = null;
  readonly #folder: RecordFolder;
  readonly #beats = new HeartbeatDetector();
  readonly #atWork = new Map<string, AtWork>();

  constructor(about: {
    readonly stage: Stage;
    readonly pod: string;
    readonly container: string;
    readonly previous: boolean;
  }) {
    this.stage = about.stage;
    this.pod = about.pod;
    this.container = about.container;
    this.previous = about.previous;
    this.errors = new ErrorTally();
    this.#folder = new RecordFolder(about.pod, {
      record: (entry, error) => this.#record(entry, error),
      error: (entry) => this.#error(entry),
    });
  }

  /** Processes the next line and its time. */
  take(line: LogLine, at: number | null): void {
    this.lines += 1;
    if (at !== null) {
      this.oldestAt ??= at;
      this.newestAt = Math.max(at, this.newestAt ?? at);
    }
    this.#folder.take(line, at);
  }

  /** Processes the end of the log. */
  end(): void {
    this.#folder.end();
  }

  #record(entry: Entry, error: boolean): void {
    for (const [id, key] of entry.named.joined) this.keyOfId.set(id, key);
    if (this.previous) return;
    for (const [key, task] of entry.named.tasks) this.#mention(key).tasks.add(task);
    const refs = refsOf(entry);
    const work = this.#atWorkOn(entry);
    if (refs.length > 0) this.#atWork.set(threadOf(entry), { refs, at: entry.at });
    const tied = refs.length > 0 ? refs : work;
    // Without a thread name, it is unknown which build a failing record belongs to.
    const failing = refs.length > 0 || entry.head.thread !== null ? tied : [];
    if (error) {
      this.recovery.error();
      entry.atWorkOn = failing;
      for (const ref of failing) this.#mention(ref).fail(entry, refs.length > 0);
      return;
    }
    if (this.#isBeat(entry)) return;
    if (this.stage === 'output-processor') this.recovery.record(entry);
    for (const ref of refs) this.#mention(ref).name(entry);
    if (reportsTrouble(entry)) this.troubles.add(entry, failing);
    this.#noteAddress(entry);
    if (entry.rank !== 'warn') this.#event(entry, refs, tied);
  }

  #error(entry: Entry): void {
    const refs = refsOf(entry);
    for (const [id, key] of entry.named.joined) this.keyOfId.set(id, key);
    // The stack trace may name more builds than the record's own line.
    if (!this.previous) for (const ref of refs) this.#mention(ref).fail(entry, true);
    this.errors.add(entry, refs.length > 0 ? refs : entry.atWorkOn);
  }

  #isBeat(entry: Entry): boolean {
    if (!this.#beats.isHeartbeat(entry)) return false;
    this.lastBeat = entry.line;
    this.lastBeatAt = entry.at ?? this.lastBeatAt;
    return true;
  }

  #event(entry: Entry, refs: readonly string[], tied: readonly string[]): void {
    const work = workIn(entry, this.stage);
    if (!work) return;
    // An ID may be of anything: it counts only once it is known to be a build's.
    if (entry.named.keys.length > 0 || refs.length === 0) {
      this.events += 1;
      this.lastEventAt = entry.at ?? this.lastEventAt;
      if (work.begins) this.begun += 1;
    }
    if (!work.ends) return;
    for (const ref of tied) this.#mention(ref).end(entry, this.stage === 'schedulerer');
    if (tied.length === 0) this.lastEndAt = entry.at ?? this.lastEndAt;
  }

  #mention(ref: string): MentionTally {
    const known = this.mentions.get(ref);
    if (known) return known;
    const made = new MentionTally();
    this.mentions.set(ref, made);
    return made;
  }

  /** Returns the builds that the record's thread named last. */
  #atWorkOn(entry: Entry): readonly string[] {
    const work = this.#atWork.get(threadOf(entry));
    if (!work || entry.head.thread === 'main') return [];
    const limit = entry.head.thread === null ? NO_THREAD_MS : THREAD_MS;
    const stale = entry.at !== null && work.at !== null && entry.at - work.at > limit;
    return stale ? [] : work.refs;
  }

  #noteAddress({ line: { text } }: Entry): void {
    if (!text.includes('processor')) return;
    const address = outputAddressIn(text);
    if (address) this.outputAddress = `${address.host}:${address.port}`;
  }
}

/** Returns the builds that a record names: by key or, if it names none by key, by ID. */
function refsOf({ named }: Entry): readonly string[] {
  if (named.buildIds.length === 0) return named.keys;
  if (named.keys.length > 0) return named.keys;
  return named.buildIds;
}

function threadOf({ head }: Entry): string {
  return head.thread ?? '';
}
