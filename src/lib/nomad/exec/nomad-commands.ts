import { PassThrough, Writable } from 'node:stream';
import type { Clock, Milliseconds } from '../../clock.ts';
import { AdminError } from '../../errors.ts';
import { formatDuration } from '../../units.ts';
import { type NomadOperation, nomadError } from '../http/errors.ts';

/** The streams of a command. */
export interface CommandIo {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly signal?: AbortSignal;
}

/**
 * Runs the nomad CLI beside a Nomad agent and returns its exit status. The arguments do not include
 * `nomad` itself.
 */
export type RunNomad = (args: readonly string[], io: CommandIo) => Promise<number>;

/** The place where the nomad CLI runs, as error messages describe it. */
export interface CliLocation {
  readonly name: string;
  /** The hint if the CLI is not installed there. */
  readonly absentHint: string;
  /** The hint if the CLI does not reach the agent on the same machine. */
  readonly unreachableHint: string;
}

/** The pod of a Nomad server. */
const SERVER_POD: CliLocation = {
  name: 'the pod',
  absentHint: 'Name the pod that runs the Nomad server with --nomad-pod.',
  unreachableHint: 'Check the log of the Nomad server: circleci-admin pods logs circleci-nomad',
};

/** The dependencies of {@link NomadCommands}. */
export interface NomadCommandsOptions {
  readonly run: RunNomad;
  /** The server's pod by default. */
  readonly location?: CliLocation;
  readonly clock: Clock;
  /** The maximum time until a command prints its first output. */
  readonly requestTimeout: Milliseconds;
}

/** The options of one command. */
export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
  /** The maximum time until the first output, in milliseconds; null for no limit. */
  readonly timeout?: Milliseconds | null;
  /** Receives standard error as it arrives. */
  readonly onStderr?: (text: string) => void;
}

/** A running command. */
export interface RunningCommand {
  /** Standard output; throws the error with which the connection broke. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Resolves to the exit status when the command ends. A rejection is also thrown by `stdout`. */
  readonly exit: Promise<number>;
  /** Returns standard error so far, truncated after about 64 KiB. */
  stderr(): string;
  /** Stops the command. */
  stop(): void;
}

const STDERR_LIMIT = 64 * 1024;

/**
 * Runs nomad commands with a limit on the time until their first output, and maps Nomad's errors.
 */
export class NomadCommands {
  readonly #options: NomadCommandsOptions;

  constructor(options: NomadCommandsOptions) {
    this.#options = options;
  }

  /** The place where the commands run. */
  get location(): CliLocation {
    return this.#options.location ?? SERVER_POD;
  }

  /**
   * Runs a command to its end.
   *
   * @returns its standard output
   * @throws AdminError for an exit status other than 0, according to its standard error
   */
  async text(
    args: readonly string[],
    operation: NomadOperation,
    signal?: AbortSignal,
  ): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream(args, operation, { signal })) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }

  /**
   * Runs a command and yields its standard output as it arrives. Throws the same errors as
   * {@link text}.
   */
  async *stream(
    args: readonly string[],
    operation: NomadOperation,
    options: CommandOptions = {},
  ): AsyncGenerator<Uint8Array, void> {
    const command = this.start(args, options);
    try {
      yield* command.stdout;
      const status = await command.exit;
      if (status !== 0) throw commandError(status, command.stderr(), operation, this.location);
    } finally {
      command.stop();
    }
  }

  /** Starts a command whose streams the caller reads. */
  start(args: readonly string[], options: CommandOptions = {}): RunningCommand {
    const { run, clock, requestTimeout } = this.#options;
    const timeout = options.timeout === undefined ? requestTimeout : options.timeout;
    const stopped = new AbortController();
    const spoke = new AbortController();
    const stdout = new PassThrough();
    const stderr = new BoundedText(STDERR_LIMIT, options.onStderr);
    const signal = AbortSignal.any([stopped.signal, ...(options.signal ? [options.signal] : [])]);
    const fail = (reason: unknown): void => {
      stdout.destroy(reason instanceof Error ? reason : new Error(String(reason)));
    };

    if (timeout !== null) {
      clock.sleep(timeout, spoke.signal).then(
        () => stopped.abort(silentTooLong(args, timeout)),
        // The first output arrived in time.
        () => undefined,
      );
    }
    stdout.once('readable', () => spoke.abort());
    // Without a listener, an error before the first read would end the process.
    stdout.on('error', () => spoke.abort());
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });

    const exit = run(args, { stdout, stderr, signal }).finally(() => spoke.abort());
    exit.then(() => stdout.end(), fail);
    return { stdout, exit, stderr: () => stderr.text, stop: () => stopped.abort(STOPPED) };
  }
}

const STOPPED = new Error('nobody reads any further');

/**
 * Returns the error of a failed command: Nomad's own error if it prints one, NOMAD_UNREACHABLE if
 * the CLI is missing or did not reach the server.
 */
export function commandError(
  status: number,
  stderr: string,
  operation: NomadOperation,
  location: CliLocation,
): AdminError {
  // For a command that it does not have, the CLI prints its usage and exits with 127, too.
  if (status === 126 || (status === 127 && !stderr.includes('Usage: nomad'))) {
    return new AdminError(
      'service',
      `Could not ${operation.action}: the nomad CLI is missing in ${location.name}`,
      {
        code: 'NOMAD_UNREACHABLE',
        hint: location.absentHint,
      },
    );
  }
  if (/connection refused|i\/o timeout|no such host|x509:|tls: |EOF$/i.test(stderr.trim())) {
    return new AdminError('service', `Nomad could not ${operation.action}: ${firstLine(stderr)}`, {
      code: 'NOMAD_UNREACHABLE',
      hint: location.unreachableHint,
    });
  }
  return nomadError({ status: null, body: stderr || `exit status ${status}` }, operation);
}

function silentTooLong(args: readonly string[], limit: Milliseconds): AdminError {
  const waited = formatDuration(limit);
  return new AdminError('timeout', `nomad ${args.join(' ')} timed out after ${waited}`, {
    code: 'REQUEST_TIMEOUT',
    hint: 'Try again, or increase --request-timeout.',
  });
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

/** A writable stream that keeps the beginning of the text. */
class BoundedText extends Writable {
  #text = '';

  constructor(limit: number, onText: ((text: string) => void) | undefined) {
    super({
      decodeStrings: true,
      write: (chunk: Buffer, _encoding, done) => {
        const piece = chunk.toString('utf8');
        if (this.#text.length < limit) this.#text += piece;
        onText?.(piece);
        done();
      },
    });
  }

  get text(): string {
    return this.#text;
  }
}
