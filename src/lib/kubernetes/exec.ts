import type { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { AdminError } from '../errors.ts';
import { Channels, type ChannelsClosed } from './channels.ts';
import type { ExecRequest, ExecResult } from './client.ts';
import { parseStatus, type RequestContext, type Status, statusFailure } from './errors.ts';
import { podPath } from './paths.ts';
import type { Transport, TransportOptions } from './transport.ts';
import { CHANNEL_PROTOCOLS, openWebSocket } from './websocket.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const RESIZE = 4;

/**
 * Runs a command in a container over a WebSocket. The end of standard input reaches the command
 * only with protocol v5: v4 cannot transmit it, so a command that reads until the end waits.
 *
 * @throws AdminError as listed at KubernetesClient, and `notFound` NO_SUCH_COMMAND
 */
export async function exec(transport: Transport, request: ExecRequest): Promise<ExecResult> {
  const finished = new AbortController();
  const broken = new AbortController();
  for (const stream of new Set([request.stdout, request.stderr])) {
    const onError = (error: unknown): void => broken.abort(error);
    stream.once('error', onError);
    finished.signal.addEventListener('abort', () => stream.off('error', onError));
  }
  const signals = [broken.signal, ...(request.signal ? [request.signal] : [])];
  const stop = AbortSignal.any(signals);
  const action = `run ${request.command[0]} in pod ${request.pod}`;
  try {
    const socket = await openWebSocket(transport, {
      path: execPath(transport, request),
      protocols: CHANNEL_PROTOCOLS,
      action,
      signal: stop,
    });
    const context: RequestContext = { target: transport.target, action };
    return await run(socket, { request, context, stop, until: finished.signal }, transport.options);
  } finally {
    finished.abort();
  }
}

/** The state of one run. */
interface Run {
  readonly request: ExecRequest;
  readonly context: RequestContext;
  /** Aborted by the caller, or by an error of an output stream. */
  readonly stop: AbortSignal;
  /** Aborted when the run is over. */
  readonly until: AbortSignal;
}

/** Connects the streams to the channels until the status frame reports how the command ended. */
function run(socket: WebSocket, run: Run, { clock }: TransportOptions): Promise<ExecResult> {
  const { request, context, stop, until } = run;
  return new Promise<ExecResult>((resolve, reject) => {
    const channels = new Channels(
      socket,
      {
        frame: (channel, data) => {
          if (channel === STDOUT) deliver(channels, request.stdout, data);
          else if (channel === STDERR) deliver(channels, request.stderr, data);
          else if (channel === STATUS) {
            channels.close();
            const end = outcome(data, context, request);
            if (end instanceof AdminError) reject(end);
            else resolve(end);
          }
        },
        // After a status frame this has no effect, because the promise is settled.
        closed: (closed) => reject(lost(request, closed)),
      },
      clock,
    );
    const leave = (reason: unknown): void => {
      channels.drop();
      reject(reason);
    };
    if (stop.aborted) return leave(stop.reason);
    stop.addEventListener('abort', () => leave(stop.reason), { signal: until });
    if (request.stdin) feed(channels, request.stdin, until);
    if (request.sizes) resize(channels, request.sizes, until).catch(leave);
  });
}

function execPath(transport: Transport, request: ExecRequest): string {
  const query = new URLSearchParams({ stdout: 'true' });
  // With a terminal there is one output stream; the API server rejects a request for stderr too.
  if (request.tty) query.set('tty', 'true');
  else query.set('stderr', 'true');
  if (request.stdin) query.set('stdin', 'true');
  if (request.container !== undefined) query.set('container', request.container);
  for (const word of request.command) query.append('command', word);
  return `${podPath(transport.target, request.pod)}/exec?${query}`;
}

/** Writes data, and stops reading from the connection while the writer's buffer is full. */
function deliver(channels: Channels, writer: Writable, data: Buffer): void {
  if (data.length === 0 || writer.write(data)) return;
  channels.hold(writer);
  writer.once('drain', () => channels.release(writer));
}

/**
 * Sends standard input, one piece at a time: the next is read when the socket has accepted this
 * one.
 */
function feed(channels: Channels, stdin: Readable, until: AbortSignal): void {
  const onData = (piece: Buffer | string): void => {
    stdin.pause();
    void channels.send(STDIN, Buffer.from(piece)).then(() => {
      if (!until.aborted) stdin.resume();
    });
  };
  const onEnd = (): void => void channels.end(STDIN);
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  until.addEventListener('abort', () => {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    // Otherwise the input of a terminal keeps the process alive.
    stdin.pause();
  });
}

async function resize(
  channels: Channels,
  sizes: NonNullable<ExecRequest['sizes']>,
  until: AbortSignal,
): Promise<void> {
  for await (const { columns, rows } of sizes) {
    if (until.aborted) return;
    await channels.send(RESIZE, Buffer.from(JSON.stringify({ Width: columns, Height: rows })));
  }
}

/** Evaluates the status frame: the command's exit status, or the error that prevented its start. */
function outcome(
  data: Buffer,
  context: RequestContext,
  request: ExecRequest,
): ExecResult | AdminError {
  const status = parseStatus(data);
  if (!status) return lost(request, { code: 1000, reason: 'its status is not valid' });
  if (status.status === 'Success') return { exitCode: 0 };
  const exitCode = exitCodeOf(status);
  return exitCode === null ? execFailure(status, context, request) : { exitCode };
}

/**
 * Returns the exit status, which is text in a cause; null if the command did not run to its end.
 */
function exitCodeOf(status: Status): number | null {
  if (status.reason !== 'NonZeroExitCode') return null;
  const code = status.causes.find(({ reason }) => reason === 'ExitCode')?.message ?? '';
  return /^\d+$/.test(code) ? Number(code) : null;
}

function execFailure(status: Status, context: RequestContext, request: ExecRequest): AdminError {
  const command = request.command[0];
  if (/executable file not found|no such file or directory/.test(status.message)) {
    return new AdminError('notFound', `Pod ${request.pod} has no command "${command}"`, {
      code: 'NO_SUCH_COMMAND',
      hint: 'Check that the container is the right one.',
    });
  }
  return statusFailure(status, 500, context);
}

function lost(request: ExecRequest, closed: ChannelsClosed): AdminError {
  const why = closed.reason || `close code ${closed.code}`;
  return new AdminError(
    'service',
    `The connection to pod ${request.pod} ended before ${request.command[0]} did (${why}): its exit status is unknown`,
    {
      code: 'EXEC_LOST',
      hint: 'The command may still be running there: check its effect before you run it again.',
    },
  );
}
