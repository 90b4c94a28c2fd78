import type { LogChunk, LogRequest } from '../client.ts';
import type { LogTail } from './log-tail.ts';
import { type LogPosition, type StreamBeginning, StreamPosition } from './stream-position.ts';

/** The position in the log at which the next request starts. */
export type LogStart = Pick<LogRequest, 'origin' | 'offset'>;

/** The result of a chunk. */
export type LogStep =
  /**
   * New bytes; `lost` is the number of bytes before them that are no longer available, null if
   * unknown.
   */
  | { readonly kind: 'data'; readonly data: Uint8Array; readonly lost?: number | null }
  /** Bytes that were read before. */
  | { readonly kind: 'known' }
  /**
   * The stream started too late: it must be abandoned, and restarted from {@link LogCursor.start}.
   */
  | { readonly kind: 'again' };

type StartMode = 'fresh' | 'counted' | 'from-start' | 'from-end';

const FIRST_WINDOW = 4 * 1024;
/** More than Nomad keeps of a log (10 files of 10 MB). */
const MAX_WINDOW = 1024 ** 3;

/**
 * Tracks which bytes of a rotated log have been read, so that an interrupted stream resumes without
 * a gap or a repetition.
 *
 * Nomad counts offsets from the oldest remaining file, and may delete old files between two
 * streams. A stream is therefore requested from one byte before the known position, and its first
 * bytes show where it really starts. If that is too late, the log is read from its end instead,
 * with a window that grows until it reaches back to the known position.
 */
export class LogCursor {
  /** The file that was read last, and the number of bytes read of it. */
  #position: LogPosition | null = null;
  /** The number of bytes read of a log without positions. */
  #bytesRead = 0;
  /**
   * The sizes of the files that were read completely, from the start of the log; null if unknown.
   */
  #sizes: Map<number, number> | null = null;
  #window = FIRST_WINDOW;
  #mode: StartMode = 'fresh';
  #stream = new StreamPosition('unknown');
  /** Whether the stream has been shown to start at or before the position. */
  #resumed = false;
  /** The start of the last window, to check whether a larger one reaches further back. */
  #windowStart: LogPosition | null = null;

  /** Whether anything has been read. */
  get begun(): boolean {
    return this.#position !== null || this.#bytesRead > 0;
  }

  /** Starts a new stream and returns the position to request. */
  start(): LogStart {
    this.#resumed = false;
    const start = this.#whereToStart();
    this.#stream = new StreamPosition(this.#beginning());
    return start;
  }

  #whereToStart(): LogStart {
    if (this.#position === null) {
      this.#mode = this.#bytesRead > 0 ? 'counted' : 'fresh';
      return { origin: 'start', offset: this.#bytesRead };
    }
    const total = this.#bytesFromStart();
    if (total !== null) {
      this.#mode = 'from-start';
      return { origin: 'start', offset: Math.max(0, total - 1) };
    }
    this.#mode = 'from-end';
    return { origin: 'end', offset: this.#window };
  }

  #beginning(): StreamBeginning {
    if (this.#mode === 'fresh') return 'oldest';
    if (this.#mode !== 'from-start' || !this.#position) return 'unknown';
    // Deleted files can only make the stream start later.
    return { ...this.#position, offset: Math.max(0, this.#position.offset - 1) };
  }

  /** Processes a chunk of the stream that was started last. */
  take(chunk: LogChunk): LogStep {
    const begin = this.#stream.take(chunk);
    if (begin === null) return this.#count(chunk.data);
    if (chunk.event !== null) this.#onEvent(chunk.event, begin.file);
    if (chunk.data.length === 0) return { kind: 'known' };
    if (this.#position === null) {
      if (this.#mode === 'fresh' && begin.offset === 0) this.#sizes = new Map();
      return this.#accept(begin.file, begin.offset + chunk.data.length, chunk.data);
    }
    return this.#continue(this.#position, begin, chunk.data);
  }

  /**
   * Must be called when the stream reaches the end of the log. Returns false if the stream never
   * delivered a byte that is known to exist: it started after it and must be restarted.
   */
  endReached(): boolean {
    if (this.#mode !== 'from-start' || this.#resumed) return true;
    if ((this.#bytesFromStart() ?? 0) === 0) return true;
    this.#sizes = null;
    return false;
  }

  /** Continues after a tail that was read. */
  moveTo(tail: Pick<LogTail, 'end' | 'counted'>): void {
    this.#bytesRead = tail.counted ?? 0;
    if (tail.end) this.#position = tail.end;
  }

  #count(data: Uint8Array): LogStep {
    this.#bytesRead += data.length;
    return data.length > 0 ? { kind: 'data', data } : { kind: 'known' };
  }

  #continue(known: LogPosition, begin: LogPosition, data: Uint8Array): LogStep {
    const end = begin.offset + data.length;
    if (begin.file < known.file || (begin.file === known.file && end <= known.offset)) {
      this.#resumed = true;
      return { kind: 'known' };
    }
    if (begin.file === known.file && begin.offset <= known.offset) {
      this.#resumed = true;
      return this.#accept(begin.file, end, data.subarray(known.offset - begin.offset));
    }
    const nextFile = begin.file === known.file + 1 && begin.offset === 0;
    if (this.#resumed && nextFile) return this.#accept(begin.file, end, data);
    return this.#tooFar(known, begin, data);
  }

  #tooFar(known: LogPosition, begin: LogPosition, data: Uint8Array): LogStep {
    if (this.#mode !== 'from-end') {
      this.#sizes = null;
      return { kind: 'again' };
    }
    const before = this.#windowStart;
    const further = before?.file !== begin.file || before.offset !== begin.offset;
    if (further && this.#window < MAX_WINDOW) {
      this.#windowStart = begin;
      this.#window *= 4;
      return { kind: 'again' };
    }
    // Even the oldest remaining byte is newer than the position.
    this.#resumed = true;
    const lost = begin.file === known.file ? begin.offset - known.offset : null;
    const step = this.#accept(begin.file, begin.offset + data.length, data);
    return step.kind === 'data' ? { ...step, lost } : step;
  }

  #accept(file: number, offset: number, data: Uint8Array): LogStep {
    if (this.#position && this.#position.file !== file) {
      this.#sizes?.set(this.#position.file, this.#position.offset);
    }
    this.#position = { file, offset };
    this.#resumed = true;
    this.#window = FIRST_WINDOW;
    this.#windowStart = null;
    return { kind: 'data', data };
  }

  #onEvent(event: string, file: number): void {
    if (event !== 'file truncated' || this.#position?.file !== file) return;
    // The file was emptied and starts again; the sizes counted so far are no longer valid.
    this.#position = { file, offset: 0 };
    this.#sizes = null;
  }

  /** The number of bytes before the position if no file was deleted; null if unknown. */
  #bytesFromStart(): number | null {
    if (this.#sizes === null || this.#position === null) return null;
    let total = this.#position.offset;
    for (const size of this.#sizes.values()) total += size;
    return total;
  }
}
