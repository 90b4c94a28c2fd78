import { homedir, userInfo } from 'node:os';
import { systemClock } from '../terminal/system-clock.ts';
import type { OutputStream, Runtime } from './runtime.ts';

/** Returns the runtime of the current process. A second Ctrl-C exits at once. */
export function processRuntime(): Runtime {
  const controller = new AbortController();
  const readers: Readers = { outlived: false };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    controller.abort(new Error(signal));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    env: process.env,
    stdin: {
      get isTTY() {
        return process.stdin.isTTY === true;
      },
      get stream() {
        return process.stdin;
      },
    },
    stdout: outputStream(process.stdout, readers),
    stderr: outputStream(process.stderr, readers),
    outliveReaders: () => {
      readers.outlived = true;
    },
    clock: systemClock,
    get home() {
      return process.env['HOME'] ?? homedir();
    },
    get cwd() {
      return process.cwd();
    },
    get user() {
      return userInfo().username;
    },
    signal: controller.signal,
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    sizes: terminalSizes,
  };
}

/** Whether the process continues after the reader of its output has closed the pipe. */
interface Readers {
  outlived: boolean;
}

function outputStream(stream: NodeJS.WriteStream, readers: Readers): OutputStream {
  // A closed pipe, such as by `| head`, is not an error: the remaining output has no reader.
  let closed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed = true;
    if (!readers.outlived) process.exit(process.exitCode ?? 0);
    stream.emit('drain');
  });
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
    write: (data) =>
      closed || stream.write(data)
        ? Promise.resolve()
        : new Promise((resolve) => stream.once('drain', resolve)),
  };
}

async function* terminalSizes(
  signal: AbortSignal,
): AsyncGenerator<{ readonly columns: number; readonly rows: number }> {
  const size = () => ({ columns: process.stdout.columns, rows: process.stdout.rows });
  yield size();
  while (!signal.aborted) {
    const resized = await new Promise<boolean>((resolve) => {
      const onResize = (): void => finish(true);
      const onAbort = (): void => finish(false);
      const finish = (value: boolean): void => {
        process.stdout.off('resize', onResize);
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      };
      process.stdout.on('resize', onResize);
      signal.addEventListener('abort', onAbort, { once: true });
    });
    if (resized) yield size();
  }
}
