import type { Clock } from '../clock.ts';

/** An output stream. */
export interface OutputStream {
  readonly isTTY: boolean;
  /** The width of the terminal in columns; undefined if it is not a terminal. */
  readonly columns: number | undefined;
  /** Writes data; resolves when more can be written. */
  write(data: string | Uint8Array): Promise<void>;
}

/** The standard input stream. */
export interface InputStream {
  readonly isTTY: boolean;
  /** The underlying stream, for prompts and for other programs. */
  readonly stream: NodeJS.ReadStream;
}

/** Everything that a command uses from its process. */
export interface Runtime {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  readonly home: string;
  readonly cwd: string;
  readonly user: string;
  /** Aborted by Ctrl-C and by SIGTERM. */
  readonly signal: AbortSignal;
  /** The command line to run this program again: interpreter, its arguments and the script. */
  readonly self: readonly string[];
  /** After this call, the process completes its work even if the reader closes the output pipe. */
  outliveReaders(): void;
  /** Yields the current size of the terminal, and the new size after each change. */
  sizes(signal: AbortSignal): AsyncIterable<{ readonly columns: number; readonly rows: number }>;
}
