import type { LogChunk } from '../client.ts';

/** A place in a rotated log. */
export interface LogPosition {
  /** Number of the rotated file: 2 for `alloc/logs/build-agent.stderr.2`. */
  readonly file: number;
  /** Bytes from the file's beginning. */
  readonly offset: number;
}

/** Of a stream that begins nobody knows where, or at the log's oldest byte, or not before a place. */
export type StreamBeginning = 'unknown' | 'oldest' | LogPosition;

/**
 * Knows where the chunks of one stream lie. The `Offset` of Nomad's frames cannot be trusted for
 * that: it is where the first piece of a frame ended, and goes up by 64 KiB from frame to frame,
 * however long they are (client/lib/streamframer/framer.go, 0.11 to 2.0). But within a stream a
 * file's bytes follow on each other without a gap, and the next file is read from its beginning.
 */
export class StreamPlace {
  readonly #beginning: StreamBeginning;
  #end: LogPosition | null = null;

  constructor(beginning: StreamBeginning) {
    this.#beginning = beginning;
  }

  /** Where a chunk begins; null for one without a position. Takes the chunks in their order. */
  take(chunk: LogChunk): LogPosition | null {
    if (chunk.file === null || chunk.offset === null) return null;
    const file = fileNumber(chunk.file);
    const offset = this.#offsetOf(file, chunk.offset, chunk);
    this.#end = { file, offset: offset + chunk.data.length };
    return { file, offset };
  }

  /** Where the chunk that came last ends; null before the first. */
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

/** 2 for `alloc/logs/build-agent.stderr.2`. */
function fileNumber(path: string): number {
  return Number(/\.(\d+)$/.exec(path)?.[1] ?? 0);
}
