import type { LogWindow } from './log-window.ts';
import { SeenLines } from './seen-lines.ts';

/** A line of a container's log. */
export interface LogLine {
  /** RFC 3339 in UTC with nine fractional digits, so that times can be compared as text. */
  readonly time: string;
  readonly text: string;
}

const SECOND_LENGTH = 'YYYY-MM-DDTHH:MM:SS'.length;
const LENGTH = 'YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ'.length;
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
/** Of a longer line, only this many characters (half from each end) are hashed. */
const MAX_HASHED = 1_024;
const NO_HASHES = new Int32Array(0);

/**
 * Remembers which lines of a container's log were read, so that a broken stream resumes without
 * lost or repeated lines.
 *
 * The kubelet truncates `sinceTime` to whole seconds, and sends every line from there on, in file
 * order. Therefore a stream starts one second before the second of the newest line (the lines of
 * stdout and stderr are not strictly ordered by time), and its first lines are compared with the
 * hashes of the lines read since then.
 */
export class LogCursor {
  /** Lines with an earlier time are skipped. */
  readonly #floor: string;
  /** The second of the newest line, in seconds since the epoch; null before the first line. */
  #newest: number | null = null;
  /** The second of the previous line, as text and as a number, to avoid parsing it again. */
  #reading = { text: '', second: 0 };
  /** The lines since the second before the newest, in log order. */
  readonly #seen = new SeenLines();
  #hashes: Int32Array = NO_HASHES;
  /** The time of the first line that was returned. */
  #first = '';
  /** Whether lines before the first were excluded on purpose, by a number of lines or seconds. */
  #cut = false;
  /**
   * The position in `#hashes` up to which resent lines were recognised; null once new lines arrive.
   */
  #at: number | null = null;
  #sameRun = true;
  #gap = false;
  #last = '';

  /** How far back to start while no line was read; null for the beginning of the log. */
  window: LogWindow | null;

  /**
   * @param since earlier lines are skipped; precise to the millisecond
   * @param window see {@link LogCursor.window}
   */
  constructor(since: Date | null = null, window: LogWindow | null = null) {
    this.#floor = since === null ? '' : `${since.toISOString().slice(0, -1)}000000Z`;
    this.window = window;
  }

  /** Whether a line was returned. */
  get begun(): boolean {
    return this.#newest !== null;
  }

  /** Returns the time from which to request a stream; null if none is known. */
  since(): Date | null {
    if (this.#newest !== null) return new Date((this.#newest - 1) * 1_000);
    return this.#floor === '' ? null : new Date(`${this.#floor.slice(0, SECOND_LENGTH)}Z`);
  }

  /**
   * Prepares for a new stream.
   *
   * @param cut whether lines before its first were excluded on purpose
   * @param sameRun whether it belongs to the run of the container that was read last
   */
  open(cut: boolean, sameRun = true): void {
    this.#sameRun = sameRun;
    this.#gap = false;
    this.#at = this.begun ? 0 : null;
    this.#hashes = this.begun ? this.#seen.hashes() : NO_HASHES;
    if (cut) this.#cut = true;
  }

  /**
   * Decodes a sent line, which starts with its time; returns null for a line that is skipped or
   * known.
   *
   * @param continued whether it is a further part of a long line, and so has no time
   */
  take(sent: string, continued = false): LogLine | null {
    const space = continued ? -1 : sent.indexOf(' ');
    const time = continued ? null : normalTime(space === -1 ? sent : sent.slice(0, space));
    // The kubelet splits long lines too, and the further parts have no time.
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
   * Returns whether lines may be missing before the line that was returned last: none of the known
   * lines is in the log any more, so it was rotated (the kubelet returns only the newest file).
   * Each gap is reported once.
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

/** Returns a copy: in V8, a substring keeps the whole string that it was cut from in memory. */
function detached(time: string): string {
  return Buffer.from(time, 'latin1').toString('latin1');
}

/** Returns a time as RFC 3339 in UTC with nine fractional digits; null for anything else. */
function normalTime(text: string): string | null {
  if (text.length === LENGTH && text.endsWith('Z') && text[SECOND_LENGTH] === '.') return text;
  const [, seconds, fraction = '', zone] = TIMESTAMP.exec(text) ?? [];
  if (seconds === undefined || zone === undefined) return null;
  const utc = new Date(`${seconds}${zone}`).toISOString().slice(0, SECOND_LENGTH);
  return `${utc}.${fraction.padEnd(9, '0')}Z`;
}

/** Returns the FNV-1a hash of a line's length, fraction of the second, and text. */
function hashOf({ time, text }: LogLine): number {
  let hash = 0x811c9dc5 ^ text.length;
  const add = (from: string, start: number, end: number): void => {
    for (let at = start; at < end; at += 1) {
      hash = Math.imul(hash ^ from.charCodeAt(at), 0x01000193);
    }
  };
  add(time, SECOND_LENGTH, time.length);
  if (text.length <= MAX_HASHED) add(text, 0, text.length);
  else {
    add(text, 0, MAX_HASHED / 2);
    add(text, text.length - MAX_HASHED / 2, text.length);
  }
  return hash;
}
