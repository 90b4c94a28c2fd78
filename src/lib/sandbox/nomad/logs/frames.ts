import type { LogFile, RotatingLog } from './rotating-log.ts';

/** The maximum data size of a frame (client/lib/streamframer). */
const FRAME_BYTES = 64 * 1024;

/** A frame of a log stream: data, or an event of the file. */
export interface Frame {
  readonly file: string;
  /**
   * The file offset after the data, in bytes. In a series of frames without a pause it grows by 64
   * KiB per frame, even if a frame is shorter, as in Nomad (client/lib/streamframer/framer.go).
   */
  readonly offset: number;
  readonly data: Buffer | null;
  readonly event: 'file deleted' | 'file truncated' | null;
}

/** Reads a rotated log sequentially, across the ends of files. */
export class LogCursor {
  readonly #log: RotatingLog;
  readonly #prefix: string;
  #number: number;
  #offset: number;
  /** The offset that the next frame of this file reports; null after a pause and in a new file. */
  #counted: number | null = null;

  /** `offset` counts bytes from the start of the log, or backwards from its end. */
  constructor(
    log: RotatingLog,
    place: { readonly task: string; readonly type: string },
    origin: 'start' | 'end',
    offset: number,
  ) {
    this.#log = log;
    this.#prefix = `alloc/logs/${place.task}.${place.type}`;
    const from = origin === 'start' ? forward(log.files, offset) : backward(log.files, offset);
    this.#number = from.number;
    this.#offset = from.offset;
  }

  /** Returns the next frame; null if there is none yet. */
  next(): Frame | null {
    const file = this.#log.files.find((candidate) => candidate.number === this.#number);
    if (file === undefined) {
      const frame = this.#event('file deleted');
      this.#number = this.#log.files[0]?.number ?? this.#number;
      this.#offset = 0;
      return frame;
    }
    if (this.#offset > file.size) {
      const frame = this.#event('file truncated');
      this.#offset = 0;
      return frame;
    }
    if (this.#offset === file.size) {
      this.#counted = null;
      if (!this.#log.files.some((candidate) => candidate.number === this.#number + 1)) return null;
      this.#number += 1;
      this.#offset = 0;
      return this.next();
    }
    const data = this.#log.read(file, this.#offset, FRAME_BYTES);
    this.#offset += data.length;
    const offset = this.#counted ?? this.#offset;
    this.#counted = offset + FRAME_BYTES;
    return { file: `${this.#prefix}.${this.#number}`, offset, data, event: null };
  }

  #event(event: 'file deleted' | 'file truncated'): Frame {
    const file = `${this.#prefix}.${this.#number}`;
    return { file, offset: this.#offset, data: null, event };
  }
}

/** Returns a frame as JSON, omitting unset fields. */
export function frameJson(frame: Frame): string {
  const data = frame.data === null ? '' : `"Data":"${frame.data.toString('base64')}",`;
  const event = frame.event === null ? '' : `,"FileEvent":"${frame.event}"`;
  return `{${data}"File":"${frame.file}"${event},"Offset":${frame.offset}}`;
}

function forward(files: readonly LogFile[], offset: number): { number: number; offset: number } {
  let left = offset;
  for (const [at, file] of files.entries()) {
    if (left < file.size || at === files.length - 1) {
      return { number: file.number, offset: Math.min(left, file.size) };
    }
    left -= file.size;
  }
  return { number: 0, offset: 0 };
}

function backward(files: readonly LogFile[], offset: number): { number: number; offset: number } {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  return forward(files, Math.max(0, total - offset));
}
