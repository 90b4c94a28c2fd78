import { PassThrough } from 'node:stream';
import type { InputStream, OutputStream, Runtime } from '../../src/lib/cli/runtime.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/terminal/system-clock.ts';

/** The options of a {@link TestRuntime}. */
export interface TestRuntimeOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The content of standard input; default is empty. */
  readonly stdin?: string | AsyncIterable<string | Uint8Array>;
  /** Whether the streams are a terminal: for all of them, or by name. */
  readonly tty?:
    | boolean
    | { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean };
  /** The width of the terminal; default 80. */
  readonly columns?: number;
  readonly clock?: Clock;
  /** Aborted for Ctrl-C. */
  readonly signal?: AbortSignal;
  readonly home?: string;
  readonly cwd?: string;
  readonly self?: readonly string[];
}

/** An output stream that keeps everything written to it. */
export class CapturedStream implements OutputStream {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly #chunks: Uint8Array[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(isTTY: boolean, columns: number | undefined) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  async write(data: string | Uint8Array): Promise<void> {
    this.#chunks.push(typeof data === 'string' ? Buffer.from(data) : data.slice());
    for (const wake of this.#waiting) wake();
  }

  /** The output so far, as UTF-8. */
  get text(): string {
    return this.bytes.toString('utf8');
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Resolves once the output contains `part`. */
  async until(part: string | RegExp): Promise<void> {
    const found = (): boolean =>
      typeof part === 'string' ? this.text.includes(part) : part.test(this.text);
    while (!found()) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}

/** A simulated process with captured streams, on a terminal or not. */
export class TestRuntime implements Runtime {
  /** Whether {@link outliveReaders} was called. */
  outlivesReaders = false;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: InputStream;
  readonly stdout: CapturedStream;
  readonly stderr: CapturedStream;
  readonly clock: Clock;
  readonly home: string;
  readonly cwd: string;
  readonly user = 'tester';
  readonly signal: AbortSignal;
  readonly self: readonly string[];
  readonly #columns: number;

  constructor(options: TestRuntimeOptions = {}) {
    const { tty = false, columns = 80 } = options;
    const isTTY = (stream: 'stdin' | 'stdout' | 'stderr'): boolean =>
      typeof tty === 'boolean' ? tty : (tty[stream] ?? false);
    const output = (stream: 'stdout' | 'stderr'): CapturedStream =>
      new CapturedStream(isTTY(stream), isTTY(stream) ? columns : undefined);
    this.env = options.env ?? {};
    this.stdin = { isTTY: isTTY('stdin'), stream: inputStream(options.stdin, isTTY('stdin')) };
    this.stdout = output('stdout');
    this.stderr = output('stderr');
    this.clock = options.clock ?? systemClock;
    this.home = options.home ?? '/nonexistent/home';
    this.cwd = options.cwd ?? process.cwd();
    this.signal = options.signal ?? new AbortController().signal;
    this.self = options.self ?? [process.execPath, 'bin/dev.js'];
    this.#columns = columns;
  }

  outliveReaders(): void {
    this.outlivesReaders = true;
  }

  async *sizes(): AsyncGenerator<{ readonly columns: number; readonly rows: number }> {
    yield { columns: this.#columns, rows: 24 };
  }
}

function inputStream(content: TestRuntimeOptions['stdin'] = '', isTTY: boolean): NodeJS.ReadStream {
  const stream = new PassThrough();
  if (typeof content === 'string') stream.end(content);
  else void pour(content, stream);
  // The properties of a terminal's stream that commands use: prompts switch raw mode.
  const terminal = { isTTY, isRaw: false, fd: 0, setRawMode: () => stream };
  return Object.assign(stream, terminal) as unknown as NodeJS.ReadStream;
}

async function pour(
  content: AsyncIterable<string | Uint8Array>,
  stream: PassThrough,
): Promise<void> {
  for await (const chunk of content) stream.write(chunk);
  stream.end();
}
