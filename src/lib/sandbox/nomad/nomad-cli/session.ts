import type { NomadCore } from '../core.ts';
import type { ExecIo } from '../exec-io.ts';

/** Ends a command with a message on standard error. */
export class CliFailure extends Error {
  readonly code: number;

  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}

/** What a command of the CLI works with. */
export interface Session {
  readonly core: NomadCore;
  /** The loopback port of the HTTP API. */
  readonly port: number;
  /** A line, or several, of output. */
  out(text: string): void;
  /** A line of complaint. */
  complain(text: string): void;
  /** Output as it is. */
  raw(data: Uint8Array): void;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Speaks through the streams of a container; with a terminal in CRLF and on one stream. */
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
 * What every command that asks the servers goes through.
 *
 * @throws CliFailure as the CLI words a refusal
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
