import type { LogFile, RotatingLog } from './rotating-log.ts';

/** Nomad's frames carry at most so much (client/lib/streamframer). */
const FRAME_BYTES = 64 * 1024;

/** One piece of a log stream: data, or something that happened to the file. */
export interface Frame {
  readonly file: string;
  /**
   * In bytes, after the data; where frames come without a pause, 64 KiB beyond the one before, even
   * if this one is shorter: Nomad counts so (client/lib/streamframer/framer.go).
   */
  readonly offset: number;
  readonly data: Buffer | null;
  readonly event: 'file deleted' | 'file truncated' | null;
}

/** Reads on in a rotated log from where it stopped, over the ends of files. */
export class LogCursor {
  readonly #log: RotatingLog;
  readonly #prefix: string;
  #number: number;
  #offset: number;
  /** What the next frame of this file says where it ends; null after a pause and in a new file. */
  #counted: number | null = null;

  /** `offset` counts bytes from the log's start, or back from its end. */
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

  /** The next piece; null while there is none. */
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

/** A frame as JSON, without the fields that it does not have. */
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
