import type { Readable } from 'node:stream';
import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2';
import type { SshExec, SshExit, TerminalSize } from './client.ts';

/** A command that has been started. */
export interface RunningCommand {
  /** Resolves to null if the connection ended before the host reported an exit status. */
  readonly ended: Promise<SshExit | null>;
  stop(): void;
}

/**
 * A terminal for a command. Its sizes can be read only once, but starting the command may take
 * several attempts.
 */
export interface ReadyTerminal {
  readonly pty: PseudoTtyOptions;
  /** The sizes after the first. */
  readonly sizes: AsyncIterator<TerminalSize>;
}

/** Reads the initial size of a terminal. */
export async function readyTerminal(
  terminal: NonNullable<SshExec['terminal']>,
): Promise<ReadyTerminal> {
  const sizes = terminal.sizes[Symbol.asyncIterator]();
  const first = await sizes.next();
  return { pty: terminalOptions(terminal.type, first.done ? undefined : first.value), sizes };
}

/** Starts a command, or the login shell, and connects its streams with backpressure. */
export async function beginCommand(
  client: Client,
  exec: SshExec,
  terminal: ReadyTerminal | null,
): Promise<RunningCommand> {
  const { channel, exit } = await openChannel(client, exec.command, terminal?.pty);
  const closed = new AbortController();
  const ended = waitForEnd(channel, exit, exec);
  if (exec.stdin) feed(channel, exec.stdin, closed.signal);
  else channel.end();
  if (terminal) void followSizes(channel, terminal.sizes, closed.signal);
  return {
    ended: ended.finally(() => closed.abort()),
    stop: () => {
      closed.abort();
      // OpenSSH 7.9 and later deliver the signal. With older versions the process ends at its next
      // write.
      if (channel.writable) channel.signal('TERM');
      channel.destroy();
    },
  };
}

interface OpenChannel {
  readonly channel: ClientChannel;
  readonly exit: Promise<SshExit | null>;
}

function openChannel(
  client: Client,
  command: string | null,
  pty: PseudoTtyOptions | undefined,
): Promise<OpenChannel> {
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: ClientChannel): void => {
      // The output and exit status of a short command can arrive in the same chunk: listen at once.
      if (error) reject(error);
      else resolve({ channel, exit: exitOf(channel) });
    };
    if (command === null) client.shell(pty ?? false, opened);
    else client.exec(command, pty ? { pty } : {}, opened);
  });
}

/** Resolves to the exit status when the channel is closed; null if the host reported none. */
function exitOf(channel: ClientChannel): Promise<SshExit | null> {
  let exit: SshExit | null = null;
  channel.on('exit', (code: number | null, signal?: string) => {
    exit = { exitCode: code, signal: code === null ? (signal ?? null) : null };
  });
  return new Promise((resolve) => channel.once('close', () => resolve(exit)));
}

async function waitForEnd(
  channel: ClientChannel,
  exit: Promise<SshExit | null>,
  { stdout, stderr }: SshExec,
): Promise<SshExit | null> {
  const [ended] = await Promise.all([exit, pour(channel, stdout), pour(channel.stderr, stderr)]);
  return ended;
}

async function pour(source: Readable, take: (data: Uint8Array) => Promise<void>): Promise<void> {
  try {
    for await (const piece of source) await take(piece);
  } catch (error) {
    // The connection broke. The missing exit status reports that.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')
      return;
    throw error;
  }
}

function feed(channel: ClientChannel, stdin: Readable, closed: AbortSignal): void {
  stdin.pipe(channel);
  closed.addEventListener('abort', () => stdin.unpipe(channel), { once: true });
}

async function followSizes(
  channel: ClientChannel,
  sizes: AsyncIterator<TerminalSize>,
  closed: AbortSignal,
): Promise<void> {
  for (;;) {
    const next = await sizes.next();
    if (next.done || closed.aborted) return;
    channel.setWindow(next.value.rows, next.value.columns, 0, 0);
  }
}

function terminalOptions(type: string, size: TerminalSize | undefined): PseudoTtyOptions {
  return { term: type, cols: size?.columns ?? 80, rows: size?.rows ?? 24, width: 0, height: 0 };
}
