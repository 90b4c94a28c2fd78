import { outputAddressIn } from '../../connectivity/output-address.ts';
import type { LogLine } from '../snapshot/snapshot.ts';
import type { Stage } from '../stages.ts';
import { BeatWatch } from './beat-watch.ts';
import type { Entry } from './entry.ts';
import { ErrorTally } from './error-tally.ts';
import { RecordFolder } from './fold-records.ts';
import type { EvidenceLine } from './log-facts.ts';
import { MentionTally } from './mention-tally.ts';
import { Settling } from './settling.ts';
import { tellsOfTrouble } from './trouble.ts';
import { workIn } from './work.ts';

/** How long a thread may be taken to work on the build that it named last, in milliseconds. */
const THREAD_MS = 120_000;
/** The same where records tell no thread: the next few records only. */
const NO_THREAD_MS = 5_000;

interface AtWork {
  readonly refs: readonly string[];
  readonly at: number | null;
}

/**
 * What the log of one container says, line after line. All moments are in milliseconds of the clock of
 * its node: what is long ago by it is only known once all lines are read.
 */
export class ContainerDigest {
  readonly stage: Stage;
  readonly pod: string;
  readonly container: string;
  /** The run before the last restart: only its errors count. */
  readonly previous: boolean;
  /** Builds by key, or by ID where no line has told their key. */
  readonly mentions = new Map<string, MentionTally>();
  readonly errors: ErrorTally;
  /** Records that are no errors by their level, and say that something does not work. */
  readonly troubles = new ErrorTally();
  /** Of a stage that names no builds. */
  readonly settling = new Settling();
  /** Which ID is which build. */
  readonly keyOfId = new Map<string, string>();
  lines = 0;
  oldestAt: number | null = null;
  newestAt: number | null = null;
  lastBeat: EvidenceLine | null = null;
  lastBeatAt: number | null = null;
  /** The newest healthy event of work. */
  lastEventAt: number | null = null;
  /** The newest one with which a build left the stage, of those that name none. */
  lastEndAt: number | null = null;
  /** How many healthy events of work there were. */
  events = 0;
  /** How many times a build was taken on. */
  begun = 0;
  /** `host:port`. */
  outputAddress: string | null = null;
  readonly #folder: RecordFolder;
  readonly #beats = new BeatWatch();
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

  /** Takes the next line, and when it was written. */
  take(line: LogLine, at: number | null): void {
    this.lines += 1;
    if (at !== null) {
      this.oldestAt ??= at;
      this.newestAt = Math.max(at, this.newestAt ?? at);
    }
    this.#folder.take(line, at);
  }

  /** No line follows. */
  end(): void {
    this.#folder.end();
  }

  #record(entry: Entry, error: boolean): void {
    for (const [id, key] of entry.named.joined) this.keyOfId.set(id, key);
    if (this.previous) return;
    const refs = refsOf(entry);
    const work = this.#atWorkOn(entry);
    if (refs.length > 0) this.#atWork.set(threadOf(entry), { refs, at: entry.at });
    const tied = refs.length > 0 ? refs : work;
    // What a thread without a name was busy with when something went wrong is not known.
    const failing = refs.length > 0 || entry.head.thread !== null ? tied : [];
    if (error) {
      this.settling.error();
      entry.atWorkOn = failing;
      for (const ref of failing) this.#mention(ref).fail(entry, refs.length > 0);
      return;
    }
    if (this.#isBeat(entry)) return;
    if (this.stage === 'output-processor') this.settling.record(entry);
    for (const ref of refs) this.#mention(ref).name(entry);
    if (tellsOfTrouble(entry)) this.troubles.add(entry, failing);
    this.#noteAddress(entry);
    if (entry.rank !== 'warn') this.#event(entry, refs, tied);
  }

  #error(entry: Entry): void {
    const refs = refsOf(entry);
    for (const [id, key] of entry.named.joined) this.keyOfId.set(id, key);
    // A trace may name more than the line that it follows.
    if (!this.previous) for (const ref of refs) this.#mention(ref).fail(entry, true);
    this.errors.add(entry, refs.length > 0 ? refs : entry.atWorkOn);
  }

  #isBeat(entry: Entry): boolean {
    if (!this.#beats.isBeat(entry)) return false;
    this.lastBeat = entry.line;
    this.lastBeatAt = entry.at ?? this.lastBeatAt;
    return true;
  }

  #event(entry: Entry, refs: readonly string[], tied: readonly string[]): void {
    const work = workIn(entry, this.stage);
    if (!work) return;
    // An ID alone may be of anything: it counts once it is known to be a build's.
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

  /** The builds that the entry's thread named last. */
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

/** How a record names builds: by key, and by ID where it tells no key of it. */
function refsOf({ named }: Entry): readonly string[] {
  if (named.buildIds.length === 0) return named.keys;
  if (named.keys.length > 0) return named.keys;
  return named.buildIds;
}

function threadOf({ head }: Entry): string {
  return head.thread ?? '';
}
