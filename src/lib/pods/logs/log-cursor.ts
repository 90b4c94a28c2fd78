import type { LogWindow } from './log-window.ts';
import { SeenLines } from './seen-lines.ts';

/** A line of a container's log. */
export interface LogLine {
  /** RFC 3339 in UTC with nine digits of a second, so that texts compare as times do. */
  readonly time: string;
  readonly text: string;
}

const SECOND_LENGTH = 'YYYY-MM-DDTHH:MM:SS'.length;
const LENGTH = 'YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ'.length;
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
/** Of a longer line its two ends tell it from others. */
const HASHED = 1_024;
const NO_HASHES = new Int32Array(0);

/**
 * Knows which lines of a container's log were read, so that a stream that broke goes on without a
 * gap and without a repeat.
 *
 * The kubelet cuts `sinceTime` to whole seconds and then sends every line from there on, in the
 * order of the file. So a stream is asked to begin a second before that of the newest line (a log's
 * two streams are not quite in the order of time), and what it sends first is held against the
 * lines since then, of which a number each is kept.
 */
export class LogCursor {
  /** Lines before this are never wanted. */
  readonly #floor: string;
  /** The second of the newest line, since the epoch; null before the first. */
  #newest: number | null = null;
  /** What the second of the line before was, as text and as a number. */
  #reading = { text: '', second: 0 };
  /** The lines since the second before the newest, in the log's order. */
  readonly #seen = new SeenLines();
  #hashes: Int32Array = NO_HASHES;
  /** Time of the first line that was taken. */
  #first = '';
  /** Older lines than the first were left out on purpose, by a number of lines or of seconds. */
  #cut = false;
  /** How far what is sent again was recognised; null once new lines come. */
  #at: number | null = null;
  #sameRun = true;
  #gap = false;
  #last = '';

  /** How far back to begin while no line was taken; null for the beginning of the log. */
  window: LogWindow | null;

  /**
   * @param since lines before it are left out, to the millisecond
   * @param window see {@link LogCursor.window}
   */
  constructor(since: Date | null = null, window: LogWindow | null = null) {
    this.#floor = since === null ? '' : `${since.toISOString().slice(0, -1)}000000Z`;
    this.window = window;
  }

  /** Whether a line was taken. */
  get begun(): boolean {
    return this.#newest !== null;
  }

  /** From what time on a stream has to begin; null where no time is known. */
  since(): Date | null {
    if (this.#newest !== null) return new Date((this.#newest - 1) * 1_000);
    return this.#floor === '' ? null : new Date(`${this.#floor.slice(0, SECOND_LENGTH)}Z`);
  }

  /**
   * A stream begins.
   *
   * @param cut older lines than its first were left out on purpose
   * @param sameRun it is of the run of the container that was read last
   */
  open(cut: boolean, sameRun = true): void {
    this.#sameRun = sameRun;
    this.#gap = false;
    this.#at = this.begun ? 0 : null;
    this.#hashes = this.begun ? this.#seen.hashes() : NO_HASHES;
    if (cut) this.#cut = true;
  }

  /**
   * A line as it was sent, its time in front; null for one that was read before.
   *
   * @param continued it has no time, because it goes on where a long line was cut
   */
  take(sent: string, continued = false): LogLine | null {
    const space = continued ? -1 : sent.indexOf(' ');
    const time = continued ? null : normalTime(space === -1 ? sent : sent.slice(0, space));
    // The kubelet cuts long lines as well.
    const line =
      time === null
        ? { time: this.#last, text: sent }
        : { time, text: space === -1 ? '' : sent.slice(space + 1) };
    this.#last = line.time;
    if (line.time < this.#floor || this.#isKnown(line)) return null;
    this.#remember(line);
    return line;
  }

  /**
   * Whether lines may be missing before the one that was taken last: not one of those that were read
   * is in the log any more, so it was rotated (the kubelet gives the newest file only). Says so once.
   */
  takeGap(): boolean {
    const gap = this.#gap;
    this.#gap = false;
    return gap;
  }

  #isKnown(line: LogLine): boolean {
    if (this.#at === null) return false;
    const found = this.#hashes.indexOf(hashOf(line), this.#at);
    if (found !== -1) {
      this.#at = found + 1;
      return true;
    }
    if (this.#cut && this.#at === 0 && line.time <= this.#first) return true;
    this.#gap = this.#at === 0 && this.#sameRun;
    this.#at = null;
    this.#hashes = NO_HASHES;
    return false;
  }

  #remember(line: LogLine): void {
    if (this.#first === '') this.#first = detached(line.time);
    const second = this.#secondOf(line.time);
    if (this.#newest === null || second > this.#newest) {
      this.#newest = second;
      this.#seen.dropBefore(second - 1);
    }
    if (second >= this.#newest - 1) this.#seen.add(hashOf(line), second);
  }

  #secondOf(time: string): number {
    if (!time.startsWith(this.#reading.text) || this.#reading.text === '') {
      const text = detached(time.slice(0, SECOND_LENGTH));
      this.#reading = { text, second: Date.parse(`${text}Z`) / 1_000 };
    }
    return this.#reading.second;
  }
}

/** The same text on its own: V8 keeps the whole text alive that another was cut out of. */
function detached(time: string): string {
  return Buffer.from(time, 'latin1').toString('latin1');
}

/** A time as RFC 3339 in UTC with nine digits; null for anything else. */
function normalTime(text: string): string | null {
  if (text.length === LENGTH && text.endsWith('Z') && text[SECOND_LENGTH] === '.') return text;
  const [, seconds, fraction = '', zone] = TIMESTAMP.exec(text) ?? [];
  if (seconds === undefined || zone === undefined) return null;
  const utc = new Date(`${seconds}${zone}`).toISOString().slice(0, SECOND_LENGTH);
  return `${utc}.${fraction.padEnd(9, '0')}Z`;
}

/** FNV-1a over what tells lines of one second apart. */
function hashOf({ time, text }: LogLine): number {
  let hash = 0x811c9dc5 ^ text.length;
  const add = (from: string, start: number, end: number): void => {
    for (let at = start; at < end; at += 1) {
      hash = Math.imul(hash ^ from.charCodeAt(at), 0x01000193);
    }
  };
  add(time, SECOND_LENGTH, time.length);
  if (text.length <= HASHED) add(text, 0, text.length);
  else {
    add(text, 0, HASHED / 2);
    add(text, text.length - HASHED / 2, text.length);
  }
  return hash;
}
