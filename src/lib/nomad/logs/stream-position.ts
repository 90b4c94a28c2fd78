import type { LogChunk } from '../client.ts';

/** A position in a rotated log. */
export interface LogPosition {
  /** The number of the rotated file: 2 for `alloc/logs/build-agent.stderr.2`. */
  readonly file: number;
  /** The number of bytes from the start of the file. */
  readonly offset: number;
}

/** Where a stream starts: unknown, at the oldest byte of the log, or not before a position. */
export type StreamBeginning = 'unknown' | 'oldest' | LogPosition;

/**
 * Tracks the positions of a stream's chunks. The `Offset` of Nomad's frames is not reliable: it is
 * the end of the first piece of a frame, and increases by 64 KiB from frame to frame, whatever
 * their length (client/lib/streamframer/framer.go, 0.11 to 2.0). Within a stream, however, the
 * bytes of a file follow each other without a gap, and the next file is read from its start.
 */
export class StreamPosition {
  readonly #beginning: StreamBeginning;
  #end: LogPosition | null = null;

  constructor(beginning: StreamBeginning) {
    this.#beginning = beginning;
  }

  /**
   * Returns the start of a chunk; null for a chunk without a position. Must be called for every
   * chunk in order.
   */
  take(chunk: LogChunk): LogPosition | null {
    if (chunk.file === null || chunk.offset === null) return null;
    const file = fileNumber(chunk.file);
    const offset = this.#offsetOf(file, chunk.offset, chunk);
    this.#end = { file, offset: offset + chunk.data.length };
    return { file, offset };
  }

  /** The end of the last chunk; null before the first. */
  get end(): LogPosition | null {
    return this.#end;
  }

  #offsetOf(file: number, reportedEnd: number, { event, data }: LogChunk): number {
    if (event === 'file truncated') return 0;
    if (this.#end) return this.#end.file === file ? this.#end.offset : 0;
    if (this.#beginning === 'oldest') return 0;
    const reported = Math.max(0, reportedEnd - data.length);
    const known = this.#beginning;
    return known !== 'unknown' && known.file === file ? Math.max(reported, known.offset) : reported;
  }
}

/** Returns 2 for `alloc/logs/build-agent.stderr.2`. */
function fileNumber(path: string): number {
  return Number(/\.(\d+)$/.exec(path)?.[1] ?? 0);
}
