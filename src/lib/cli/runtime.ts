import type { Clock } from '../clock.ts';

/** A stream that text is written to. */
export interface OutputStream {
  readonly isTTY: boolean;
  /** Width of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
  /** Resolves once more may be written. */
  write(data: string | Uint8Array): Promise<void>;
}

/** Standard input. */
export interface InputStream {
  readonly isTTY: boolean;
  /** The stream itself, for prompts and for programs that it is passed through to. */
  readonly stream: NodeJS.ReadStream;
}

/** Everything that a command takes from the process that it runs in. */
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
  /** How to run this program again: interpreter, its arguments and the script. */
  readonly self: readonly string[];
  /** From now on the work goes on, and is done whole, even if nobody reads its output any more. */
  outliveReaders(): void;
  /** The size of the terminal, now and whenever it changes. */
  sizes(signal: AbortSignal): AsyncIterable<{ readonly columns: number; readonly rows: number }>;
}
