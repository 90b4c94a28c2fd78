import { mapBounded } from '../bounded.ts';
import type { Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import type { NomadNode } from '../nomad/model.ts';
import { sshHost } from '../nomad/ssh/ssh-host.ts';
import type { SshClient, SshSession } from '../ssh/client.ts';
import { explainCurl } from './curl-exit.ts';
import type { Probe } from './probes.ts';

/** What one client has found out about one thing. */
export interface ProbeResult {
  readonly clientId: string;
  readonly client: string;
  readonly check: Probe['check'] | 'ssh';
  readonly host: string | null;
  readonly port: number | null;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** Of the program that checked; null where none was run. */
  readonly exitCode: number | null;
  readonly meaning: string;
  readonly hint: string | null;
}

/** What has to be known of a client. */
export type ExaminedClient = Pick<NomadNode, 'id' | 'name' | 'address'>;

/** How clients are examined. */
export interface Examination {
  readonly ssh: Pick<SshClient, 'use'>;
  readonly signal: AbortSignal;
  /** Clients at once. */
  readonly atOnce: number;
  /** Told of each client that is done. */
  readonly onDone: (done: number) => void;
}

/** Of one command on a client: more than curl's own limit. */
const COMMAND_LIMIT: Milliseconds = 20_000;
/** sshd lets ten sessions run over one connection (MaxSessions). */
const COMMANDS_AT_ONCE = 5;
/** What timeout(1) ends with when the time is over. */
const TIMED_OUT = 124;

/**
 * Has every client run the probes. A client that cannot be logged in on is a result of its own.
 *
 * @throws AdminError as {@link SshClient.use}, where none of the clients can be logged in on
 */
export async function examineClients(
  clients: readonly ExaminedClient[],
  probes: readonly Probe[],
  how: Examination,
): Promise<readonly ProbeResult[]> {
  let done = 0;
  const failures: AdminError[] = [];
  const results = await mapBounded(clients, how.atOnce, async (node) => {
    try {
      return await how.ssh.use(
        sshHost(node),
        (session) =>
          mapBounded(probes, COMMANDS_AT_ONCE, (probe) => ask(session, node, probe, how.signal)),
        how.signal,
      );
    } catch (error) {
      if (!isAdminError(error)) throw error;
      failures.push(error);
      return [loginFailed(node, error)];
    } finally {
      done += 1;
      how.onDone(done);
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
 * The exit code of a command; that of timeout(1) for one that takes too long, so that the answers of
 * the others are not lost with it.
 */
async function runProbe(
  session: SshSession,
  command: string,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const ignore = async (): Promise<void> => undefined;
    const how = { command, stdout: ignore, stderr: ignore, limit: COMMAND_LIMIT, signal };
    return (await session.exec(how)).exitCode;
  } catch (error) {
    if (isAdminError(error) && error.code === 'SSH_TIMEOUT') return TIMED_OUT;
    throw error;
  }
}

/** getent ends with 2 for a name that nobody knows (man getent); shells, with 127 for no program. */
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

/** What is told of a client that could not be logged in on. */
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
