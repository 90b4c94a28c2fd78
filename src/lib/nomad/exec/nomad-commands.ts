import { PassThrough, Writable } from 'node:stream';
import type { Clock, Milliseconds } from '../../clock.ts';
import { AdminError } from '../../errors.ts';
import { formatDuration } from '../../units.ts';
import { type Asked, nomadError } from '../http/errors.ts';

/** Where a command's output goes. */
export interface CommandIo {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly signal?: AbortSignal;
}

/**
 * Runs the nomad CLI next to a server, and gives its exit status. The arguments do not hold the
 * `nomad` itself.
 */
export type RunNomad = (args: readonly string[], io: CommandIo) => Promise<number>;

/** Where the nomad CLI is run, as errors say it. */
export interface CliPlace {
  readonly name: string;
  /** What to do where it is not installed there. */
  readonly absentHint: string;
  /** What to do where it does not reach the agent that it runs beside. */
  readonly unreachableHint: string;
}

/** The pod of a Nomad server. */
const SERVER_POD: CliPlace = {
  name: 'the pod',
  absentHint: 'Name the pod that runs the Nomad server with --nomad-pod.',
  unreachableHint: 'Check the log of the Nomad server: circleci-admin pods logs circleci-nomad',
};

/** What running commands needs. */
export interface NomadCommandsOptions {
  readonly run: RunNomad;
  /** The server's pod where it is left out. */
  readonly place?: CliPlace;
  readonly clock: Clock;
  /** How long a command may take to say something. */
  readonly requestTimeout: Milliseconds;
}

/** How one command is run. */
export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long it may take until its first output, in milliseconds; null for as long as it likes. */
  readonly timeout?: Milliseconds | null;
  /** Gets standard error as it comes. */
  readonly onStderr?: (text: string) => void;
}

/** A command that runs. */
export interface RunningCommand {
  /** Standard output; throws what the connection to the pod broke with. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Its exit status, when it has ended. Never rejects before `stdout` was read. */
  readonly exit: Promise<number>;
  /** What it said on standard error so far; the beginning of it if it is long. */
  stderr(): string;
  /** Ends it. */
  stop(): void;
}

const STDERR_LIMIT = 64 * 1024;

/** Runs commands of the nomad CLI, with a limit on their silence and Nomad's errors told apart. */
export class NomadCommands {
  readonly #options: NomadCommandsOptions;

  constructor(options: NomadCommandsOptions) {
    this.#options = options;
  }

  /** Where they are run. */
  get place(): CliPlace {
    return this.#options.place ?? SERVER_POD;
  }

  /**
   * Runs a command to its end.
   *
   * @returns its standard output
   * @throws AdminError for a status other than 0, by what it said on standard error
   */
  async text(args: readonly string[], asked: Asked, signal?: AbortSignal): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream(args, asked, { signal })) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }

  /** Runs a command and gives its standard output as it comes. Fails as {@link text} does. */
  async *stream(
    args: readonly string[],
    asked: Asked,
    options: CommandOptions = {},
  ): AsyncGenerator<Uint8Array, void> {
    const command = this.start(args, options);
    try {
      yield* command.stdout;
      const status = await command.exit;
      if (status !== 0) throw commandError(status, command.stderr(), asked, this.place);
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
        // It spoke in time.
        () => undefined,
      );
    }
    stdout.once('readable', () => spoke.abort());
    // Without a listener, a failure that comes before anybody reads would end the process.
    stdout.on('error', () => spoke.abort());
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });

    const exit = run(args, { stdout, stderr, signal }).finally(() => spoke.abort());
    exit.then(() => stdout.end(), fail);
    return { stdout, exit, stderr: () => stderr.text, stop: () => stopped.abort(STOPPED) };
  }
}

const STOPPED = new Error('nobody reads any further');

/**
 * What a command failed with: Nomad's own error where it says one, NOMAD_UNREACHABLE where the CLI
 * did not reach the server that it runs beside.
 */
export function commandError(
  status: number,
  stderr: string,
  asked: Asked,
  place: CliPlace,
): AdminError {
  // The CLI ends so, too, with its usage, when it is given a command that it does not have.
  if (status === 126 || (status === 127 && !stderr.includes('Usage: nomad'))) {
    return new AdminError(
      'service',
      `Could not ${asked.what}: the nomad CLI is missing in ${place.name}`,
      {
        code: 'NOMAD_UNREACHABLE',
        hint: place.absentHint,
      },
    );
  }
  if (/connection refused|i\/o timeout|no such host|x509:|tls: |EOF$/i.test(stderr.trim())) {
    return new AdminError('service', `Nomad could not ${asked.what}: ${firstLine(stderr)}`, {
      code: 'NOMAD_UNREACHABLE',
      hint: place.unreachableHint,
    });
  }
  return nomadError({ status: null, body: stderr || `exit status ${status}` }, asked);
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

/** A stream into a text that stops growing. */
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
