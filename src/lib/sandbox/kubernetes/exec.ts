import { randomBytes } from 'node:crypto';
import type { PassThrough } from 'node:stream';
import { badRequest } from './api-error.ts';
import type { PodObject } from './objects.ts';
import { NoSuchCommandError, type PodBackend } from './pod-backend.ts';
import { isTrue } from './request-path.ts';

/** The parsed query of an exec request. */
export interface ExecQuery {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The final document of an exec, sent on channel 3 or on the error stream. */
export interface ExecStatus {
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly causes: readonly { readonly reason?: string; readonly message: string }[];
  };
  readonly code?: number;
}

/** The streams of an exec, independent of the transport. */
export interface ExecStreams {
  /** Ends when the client closes its input. */
  readonly stdin: PassThrough;
  write(stream: 'stdout' | 'stderr', data: string | Uint8Array): void;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
}

/**
 * Parses the query of an exec request.
 *
 * @throws ApiError 400
 */
export function parseExec(parameters: URLSearchParams): ExecQuery {
  const query: ExecQuery = {
    command: parameters.getAll('command'),
    stdin: isTrue(parameters, 'stdin'),
    stdout: isTrue(parameters, 'stdout'),
    stderr: isTrue(parameters, 'stderr') && !isTrue(parameters, 'tty'),
    tty: isTrue(parameters, 'tty'),
  };
  if (query.command.length === 0) {
    throw badRequest('you must specify at least 1 command for the container');
  }
  if (!query.stdin && !query.stdout && !query.stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  return query;
}

/** Rejects a completed pod, as the API server does before it contacts the kubelet. */
export function checkExecutable(pod: PodObject): void {
  const { phase } = pod.status;
  if (phase !== 'Succeeded' && phase !== 'Failed') return;
  throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
}

/** Runs a command to completion and returns its status. */
export async function runExec(
  backend: PodBackend,
  query: ExecQuery,
  streams: ExecStreams,
): Promise<ExecStatus> {
  const output = (stream: 'stdout' | 'stderr', wanted: boolean) => (data: string | Uint8Array) => {
    if (wanted && !streams.signal.aborted && data.length > 0) streams.write(stream, data);
  };
  const stdout = output('stdout', query.stdout);
  try {
    const exitCode = await backend.exec(query.command, {
      stdin: streams.stdin,
      stdout,
      stderr: query.tty ? stdout : output('stderr', query.stderr),
      tty: query.tty,
      signal: streams.signal,
    });
    return exitCode === 0 ? { metadata: {}, status: 'Success' } : failed(query.command, exitCode);
  } catch (error) {
    if (error instanceof NoSuchCommandError) return notFound(query.command[0] ?? '');
    const message = error instanceof Error ? error.message : String(error);
    return internal(message);
  }
}

function failed(command: readonly string[], exitCode: number): ExecStatus {
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command [${command.join(' ')}], exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

function notFound(binary: string): ExecStatus {
  const id = randomBytes(32).toString('hex');
  return internal(
    `error executing command in container: failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: exec: "${binary}": executable file not found in $PATH: unknown`,
  );
}

function internal(message: string): ExecStatus {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}
