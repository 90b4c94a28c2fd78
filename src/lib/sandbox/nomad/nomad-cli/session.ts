import type { NomadCore } from '../core.ts';
import type { ExecIo } from '../exec-io.ts';

/** An error that ends a command with a message on standard error. */
export class CliFailure extends Error {
  readonly code: number;

  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}

/** The context of a CLI command. */
export interface Session {
  readonly core: NomadCore;
  /** The loopback port of the HTTP API. */
  readonly port: number;
  /** Prints one or more lines on standard output. */
  out(text: string): void;
  /** Prints a line on standard error. */
  complain(text: string): void;
  /** Writes bytes to standard output unchanged, except for CRLF on a terminal. */
  raw(data: Uint8Array): void;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/**
 * Creates a session on the streams of a container. With a terminal, lines end in CRLF and both
 * outputs share one stream.
 */
export function createSession(core: NomadCore, port: number, io: ExecIo): Session {
  const lines = (text: string): string => (io.tty ? text.replaceAll('\n', '\r\n') : text);
  return {
    core,
    port,
    out: (text) => io.stdout(lines(`${text}\n`)),
    complain: (text) => (io.tty ? io.stdout(lines(`${text}\n`)) : io.stderr(lines(`${text}\n`))),
    raw: (data) => io.stdout(io.tty ? lines(Buffer.from(data).toString()) : data),
    stdin: io.stdin,
    signal: io.signal,
  };
}

const LEADER_HOLD_MS = 5_000;

/**
 * Checks the token and waits for a leader, as every command that queries the servers does.
 *
 * @throws CliFailure with the CLI's message
 */
export async function requireServer(
  session: Session,
  what: string,
  token: string | null,
): Promise<void> {
  const { core } = session;
  if (core.token !== null && token !== core.token) {
    const text = token === null ? 'Permission denied' : 'ACL token not found';
    throw new CliFailure(`${what}: Unexpected response code: 403 (${text})`);
  }
  if (core.leader) return;
  await core.context.clock.sleep(LEADER_HOLD_MS, session.signal);
  if (!core.leader) {
    throw new CliFailure(`${what}: Unexpected response code: 500 (No cluster leader)`);
  }
}
