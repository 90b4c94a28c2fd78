import type { LogChunk, LogRequest } from '../client.ts';
import type { LogTail } from './log-tail.ts';
import { type LogPosition, type StreamBeginning, StreamPlace } from './stream-place.ts';

/** Where in the log the next request begins. */
export type LogStart = Pick<LogRequest, 'origin' | 'offset'>;

/** What to do with a chunk. */
export type LogStep =
  /** New bytes; `lost` says how many before them are gone for good, null when not known. */
  | { readonly kind: 'data'; readonly data: Uint8Array; readonly lost?: number | null }
  /** Bytes that were already read. */
  | { readonly kind: 'known' }
  /** The stream began too far on: leave it and begin again from {@link LogCursor.start}. */
  | { readonly kind: 'again' };

type Way = 'fresh' | 'counted' | 'from-start' | 'from-end';

const FIRST_WINDOW = 4 * 1024;
/** More than Nomad keeps of one log (10 files of 10 MB). */
const LARGEST_WINDOW = 1024 ** 3;

/**
 * Knows which bytes of a rotated log were read, so that a broken stream goes on without a gap and
 * without a repeat.
 *
 * Nomad counts offsets from the oldest file that is left, and files are rotated away while nobody
 * looks. So a stream is asked to begin one byte early, and what it sends first tells where it
 * really begins. When that is too far on, the log is taken up from its end instead, with a window
 * that grows until it reaches back to what is known.
 */
export class LogCursor {
  /** The file that was read last, and how much of it. */
  #position: LogPosition | null = null;
  /** Bytes read of a log that comes without positions. */
  #counted = 0;
  /** Sizes of the files that were read to their end, from the log's first byte on. */
  #sizes: Map<number, number> | null = null;
  #window = FIRST_WINDOW;
  #way: Way = 'fresh';
  #stream = new StreamPlace('unknown');
  /** Whether this stream has shown that it begins at or before the position. */
  #landed = false;
  /** Where the last window began, to see whether a larger one reaches further back. */
  #windowStart: LogPosition | null = null;

  /** Whether anything was read. */
  get begun(): boolean {
    return this.#position !== null || this.#counted > 0;
  }

  /** Begins a stream: where to ask for it to start. */
  start(): LogStart {
    this.#landed = false;
    const start = this.#whereToStart();
    this.#stream = new StreamPlace(this.#beginning());
    return start;
  }

  #whereToStart(): LogStart {
    if (this.#position === null) {
      this.#way = this.#counted > 0 ? 'counted' : 'fresh';
      return { origin: 'start', offset: this.#counted };
    }
    const total = this.#bytesFromStart();
    if (total !== null) {
      this.#way = 'from-start';
      return { origin: 'start', offset: Math.max(0, total - 1) };
    }
    this.#way = 'from-end';
    return { origin: 'end', offset: this.#window };
  }

  #beginning(): StreamBeginning {
    if (this.#way === 'fresh') return 'oldest';
    if (this.#way !== 'from-start' || !this.#position) return 'unknown';
    // Files that were rotated away can only make it begin later.
    return { ...this.#position, offset: Math.max(0, this.#position.offset - 1) };
  }

  /** Takes a chunk of the stream that was begun last. */
  take(chunk: LogChunk): LogStep {
    const begin = this.#stream.take(chunk);
    if (begin === null) return this.#count(chunk.data);
    if (chunk.event !== null) this.#onEvent(chunk.event, begin.file);
    if (chunk.data.length === 0) return { kind: 'known' };
    if (this.#position === null) {
      if (this.#way === 'fresh' && begin.offset === 0) this.#sizes = new Map();
      return this.#accept(begin.file, begin.offset + chunk.data.length, chunk.data);
    }
    return this.#continue(this.#position, begin, chunk.data);
  }

  /**
   * Tells that the stream came to the log's end. False when it never showed a byte that is known to
   * be there: then it began beyond it, and has to be begun again.
   */
  endReached(): boolean {
    if (this.#way !== 'from-start' || this.#landed) return true;
    if ((this.#bytesFromStart() ?? 0) === 0) return true;
    this.#sizes = null;
    return false;
  }

  /** Goes on after a tail that was read. */
  moveTo(tail: Pick<LogTail, 'end' | 'counted'>): void {
    this.#counted = tail.counted ?? 0;
    if (tail.end) this.#position = tail.end;
  }

  #count(data: Uint8Array): LogStep {
    this.#counted += data.length;
    return data.length > 0 ? { kind: 'data', data } : { kind: 'known' };
  }

  #continue(known: LogPosition, begin: LogPosition, data: Uint8Array): LogStep {
    const end = begin.offset + data.length;
    if (begin.file < known.file || (begin.file === known.file && end <= known.offset)) {
      this.#landed = true;
      return { kind: 'known' };
    }
    if (begin.file === known.file && begin.offset <= known.offset) {
      this.#landed = true;
      return this.#accept(begin.file, end, data.subarray(known.offset - begin.offset));
    }
    const nextFile = begin.file === known.file + 1 && begin.offset === 0;
    if (this.#landed && nextFile) return this.#accept(begin.file, end, data);
    return this.#tooFar(known, begin, data);
  }

  #tooFar(known: LogPosition, begin: LogPosition, data: Uint8Array): LogStep {
    if (this.#way !== 'from-end') {
      this.#sizes = null;
      return { kind: 'again' };
    }
    const before = this.#windowStart;
    const further = before?.file !== begin.file || before.offset !== begin.offset;
    if (further && this.#window < LARGEST_WINDOW) {
      this.#windowStart = begin;
      this.#window *= 4;
      return { kind: 'again' };
    }
    // Not even the oldest byte that is left is old enough.
    this.#landed = true;
    const lost = begin.file === known.file ? begin.offset - known.offset : null;
    const step = this.#accept(begin.file, begin.offset + data.length, data);
    return step.kind === 'data' ? { ...step, lost } : step;
  }

  #accept(file: number, offset: number, data: Uint8Array): LogStep {
    if (this.#position && this.#position.file !== file) {
      this.#sizes?.set(this.#position.file, this.#position.offset);
    }
    this.#position = { file, offset };
    this.#landed = true;
    this.#window = FIRST_WINDOW;
    this.#windowStart = null;
    return { kind: 'data', data };
  }

  #onEvent(event: string, file: number): void {
    if (event !== 'file truncated' || this.#position?.file !== file) return;
    // The file was emptied and begins anew; what was counted before it no longer fits.
    this.#position = { file, offset: 0 };
    this.#sizes = null;
  }

  /** How many bytes lie before the position, if no file was rotated away; null when not known. */
  #bytesFromStart(): number | null {
    if (this.#sizes === null || this.#position === null) return null;
    let total = this.#position.offset;
    for (const size of this.#sizes.values()) total += size;
    return total;
  }
}
