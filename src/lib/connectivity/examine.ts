import { mapBounded } from '../bounded.ts';
import type { Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import type { NomadNode } from '../nomad/model.ts';
import { sshHost } from '../nomad/ssh/ssh-host.ts';
import type { SshClient, SshSession } from '../ssh/client.ts';
import { explainCurl } from './curl-exit.ts';
import type { Probe } from './probes.ts';

/** The result of a check from a client. */
export interface ProbeResult {
  readonly clientId: string;
  readonly client: string;
  readonly check: Probe['check'] | 'ssh';
  readonly host: string | null;
  readonly port: number | null;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** Exit code of the program; null if none was run. */
  readonly exitCode: number | null;
  readonly meaning: string;
  readonly hint: string | null;
}

/** The fields of a client that are used. */
export type ExaminedClient = Pick<NomadNode, 'id' | 'name' | 'address'>;

/** The options of {@link examineClients}. */
export interface ExamineOptions {
  readonly ssh: Pick<SshClient, 'use'>;
  readonly signal: AbortSignal;
  /** Maximum number of parallel clients. */
  readonly atOnce: number;
  /** Called after each client. */
  readonly onDone: (done: number) => void;
}

/** The time limit of one command on a client; longer than curl's own. */
const COMMAND_LIMIT: Milliseconds = 20_000;
/** By default sshd allows ten sessions per connection (MaxSessions). */
const COMMANDS_AT_ONCE = 5;
/** The exit code of timeout(1) after a timeout. */
const TIMED_OUT = 124;

/**
 * Runs the probes on all clients. A failed login is reported as a result of that client.
 *
 * @throws AdminError like {@link SshClient.use}, if the login fails on all clients
 */
export async function examineClients(
  clients: readonly ExaminedClient[],
  probes: readonly Probe[],
  options: ExamineOptions,
): Promise<readonly ProbeResult[]> {
  let done = 0;
  const failures: AdminError[] = [];
  const results = await mapBounded(clients, options.atOnce, async (node) => {
    try {
      return await options.ssh.use(
        sshHost(node),
        (session) =>
          mapBounded(probes, COMMANDS_AT_ONCE, (probe) =>
            ask(session, node, probe, options.signal),
          ),
        options.signal,
      );
    } catch (error) {
      if (!isAdminError(error)) throw error;
      failures.push(error);
      return [loginFailed(node, error)];
    } finally {
      done += 1;
      options.onDone(done);
    }
  });
  const [failure] = failures;
  if (failure && failures.length === clients.length) throw failure;
  return results.flat();
}

async function ask(
  session: SshSession,
  node: ExaminedClient,
  probe: Probe,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const about = {
    clientId: node.id,
    client: node.name,
    check: probe.check,
    host: probe.host,
    port: probe.port,
  };
  if (probe.skipped !== null) {
    return { ...about, outcome: 'skipped', exitCode: null, meaning: probe.skipped, hint: null };
  }
  const exitCode = await runProbe(session, probe.command, signal);
  if (probe.check === 'dns') return { ...about, ...explainLookup(exitCode), exitCode };
  const { answered, meaning, hint } = explainCurl(exitCode);
  return { ...about, outcome: answered ? 'ok' : 'failed', exitCode, meaning, hint };
}

/**
 * Returns the exit code of a command, or that of timeout(1) if it takes too long: throwing would
 * discard the results of the other commands.
 */
async function runProbe(
  session: SshSession,
  command: string,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const ignore = async (): Promise<void> => undefined;
    const options = { command, stdout: ignore, stderr: ignore, limit: COMMAND_LIMIT, signal };
    return (await session.exec(options)).exitCode;
  } catch (error) {
    if (isAdminError(error) && error.code === 'SSH_TIMEOUT') return TIMED_OUT;
    throw error;
  }
}

/**
 * getent exits with 2 for an unknown name (man getent), the shell with 127 for a missing program.
 */
const LOOKUPS: Readonly<Record<number, string>> = {
  2: 'the name does not exist (DNS)',
  [TIMED_OUT]: 'the DNS lookup timed out',
  127: 'getent is not installed',
};

function explainLookup(exitCode: number | null): Pick<ProbeResult, 'outcome' | 'meaning' | 'hint'> {
  if (exitCode === 0) return { outcome: 'ok', meaning: 'the name resolves', hint: null };
  const meaning =
    LOOKUPS[exitCode ?? -1] ??
    `the DNS lookup failed: getent exited with ${exitCode ?? 'a signal'}`;
  const hint = "Check the client's resolver, and the DNS zone of the name.";
  return { outcome: 'failed', meaning, hint };
}

/** Returns the result for a client on which the login failed. */
export function loginFailed(
  { id, name, address }: ExaminedClient,
  { message, hint }: Pick<AdminError, 'message'> & { readonly hint?: string | null | undefined },
): ProbeResult {
  return {
    clientId: id,
    client: name,
    check: 'ssh',
    host: address,
    port: null,
    outcome: 'failed',
    exitCode: null,
    meaning: message,
    hint: hint ?? null,
  };
}
