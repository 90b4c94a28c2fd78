/** One file of a rotated log. */
export interface LogFile {
  readonly number: number;
  readonly chunks: Buffer[];
  size: number;
}

/**
 * The limits of log rotation (client/lib/fifo, client/logmon); Nomad's default is 10 files of 10
 * MB.
 */
export interface Rotation {
  readonly maxFiles: number;
  readonly maxBytes: number;
}

/** The standard output or error of a task in numbered files. The oldest files are deleted. */
export class RotatingLog {
  readonly #rotation: Rotation;
  readonly #listeners = new Set<() => void>();
  #files: LogFile[] = [{ number: 0, chunks: [], size: 0 }];

  constructor(rotation: Rotation) {
    this.#rotation = rotation;
  }

  /** The remaining files, oldest first. */
  get files(): readonly LogFile[] {
    return this.#files;
  }

  append(data: Buffer): void {
    let rest = data;
    while (rest.length > 0) {
      const current = this.#current();
      const room = this.#rotation.maxBytes - current.size;
      if (room <= 0) {
        this.#startFile();
        continue;
      }
      const part = rest.subarray(0, cutAtLine(rest, room));
      if (part.length === 0) {
        this.#startFile();
        continue;
      }
      current.chunks.push(part);
      current.size += part.length;
      rest = rest.subarray(part.length);
    }
    this.#notify();
  }

  /** Starts a new file. */
  rotate(): void {
    this.#startFile();
    this.#notify();
  }

  /** Truncates the newest file. */
  truncate(): void {
    const current = this.#current();
    this.#files[this.#files.length - 1] = { number: current.number, chunks: [], size: 0 };
    this.#notify();
  }

  /** Returns up to `limit` bytes of a file, starting at `offset`. */
  read(file: LogFile, offset: number, limit: number): Buffer {
    const parts: Buffer[] = [];
    let start = 0;
    let left = limit;
    for (const chunk of file.chunks) {
      const from = Math.max(0, offset - start);
      if (from < chunk.length && left > 0) {
        const part = chunk.subarray(from, from + left);
        parts.push(part);
        left -= part.length;
      }
      start += chunk.length;
      if (left === 0) break;
    }
    return Buffer.concat(parts);
  }

  /** Calls `listener` after every change. Returns a function that removes the listener. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #current(): LogFile {
    const current = this.#files.at(-1);
    if (current === undefined) throw new Error('a log has always a file');
    return current;
  }

  #startFile(): void {
    this.#files.push({ number: this.#current().number + 1, chunks: [], size: 0 });
    if (this.#files.length > this.#rotation.maxFiles) this.#files.shift();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Returns how many bytes to write if `room` bytes are left: complete lines if possible. */
function cutAtLine(data: Buffer, room: number): number {
  if (data.length <= room) return data.length;
  const newline = data.lastIndexOf(0x0a, room - 1);
  return newline === -1 ? room : newline + 1;
}
