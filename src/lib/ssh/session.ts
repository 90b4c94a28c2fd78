import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type {
  AuthenticationType,
  Client,
  ConnectConfig,
  NextAuthHandler,
  ServerHostKeyAlgorithm,
} from 'ssh2';
import type { Clock, Milliseconds } from '../clock.ts';
import { isAdminError } from '../errors.ts';
import { withinLimit } from '../within-limit.ts';
import type { SshAddress } from './address.ts';
import type { SshExec, SshExit, SshSession } from './client.ts';
import { CommandStarter } from './command-starter.ts';
import {
  authFailed,
  commandRefused,
  connectionLost,
  connectTimedOut,
  forwardRefused,
  messageOf,
  operationTimedOut,
  type SshRoute,
  unreachable,
} from './errors.ts';
import { checkHostKey, type HostKeyPolicy, typesKnown } from './host-keys.ts';
import type { Identity } from './identities.ts';
import { responds } from './probe.ts';
import { beginCommand, readyTerminal } from './run-command.ts';

/** The options of a session. */
export interface SessionOptions {
  readonly address: SshAddress;
  /** The bastion, and the connection that it forwards to the host. */
  readonly through?: { readonly bastion: SshAddress; readonly socket: Duplex };
  /** Whether the host is itself the bastion for other hosts. */
  readonly isBastion?: boolean;
  readonly identities: readonly Identity[];
  readonly hostKeys: HostKeyPolicy;
  readonly clock: Clock;
  /** Applies to connecting including the login, and to each forwarded connection. */
  readonly connectTimeout: Milliseconds;
  readonly signal?: AbortSignal | undefined;
}

/** The interval of keep-alive probes; three unanswered probes end the connection. */
const KEEP_ALIVE_MS = 15_000;

/** The server's message when the agent offered too many keys (MaxAuthTries). */
const TOO_MANY_KEYS = /too many authentication failures/i;

/** Host key algorithms by key type, best first. ssh2 supports no others. */
const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
};

/**
 * Connects to a host and logs in.
 *
 * @throws AdminError like {@link SshClient.use}
 */
export async function openSession(options: SessionOptions): Promise<SshSession> {
  const { address, through, clock, connectTimeout, signal } = options;
  signal?.throwIfAborted();
  const types = await typesKnown(options.hostKeys, address);
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client();
  const socket = through?.socket ?? dial(address);
  const attempt = logIn(client, socket, options, types);
  try {
    await withinLimit(attempt, {
      clock,
      limit: connectTimeout,
      signal,
      late: () => connectTimedOut(address, connectTimeout, routeOf(options)),
    });
    return new OpenSession(client, socket, options);
  } catch (error) {
    client.destroy();
    socket.destroy();
    throw error;
  }
}

/** Connects by TCP. Without Nagle's algorithm: the login exchanges many small packets. */
function dial({ host, port }: SshAddress): Duplex {
  // ssh2 adds several listeners per channel.
  return connect({ host, port, noDelay: true }).setMaxListeners(0);
}

function routeOf({ through, isBastion }: SessionOptions): SshRoute {
  if (through) return through.bastion;
  return isBastion ? 'is-bastion' : 'direct';
}

function logIn(
  client: Client,
  socket: Duplex,
  options: SessionOptions,
  types: readonly string[],
): Promise<void> {
  const { address, hostKeys } = options;
  return new Promise((resolve, reject) => {
    const tried: string[] = [];
    let takes: readonly string[] = [];
    const config: ConnectConfig = {
      sock: socket,
      username: address.user,
      // Disabled: time limits use the injected clock.
      readyTimeout: 0,
      keepaliveInterval: KEEP_ALIVE_MS,
      algorithms: { serverHostKey: preferred(types) },
      hostVerifier: (key: Buffer, verify: (fine: boolean) => void) => {
        checkHostKey(hostKeys, address, key, routeOf(options)).then(
          () => verify(true),
          (error: unknown) => {
            reject(error);
            verify(false);
          },
        );
      },
      authHandler: authentication(options, tried, (methods) => {
        takes = methods;
      }),
    };
    client.once('ready', resolve);
    client.on('error', (error: Error & { level?: string }) => {
      // The agent failed: the next identity is tried.
      if (error.level === 'agent') return;
      if (error.level === 'client-authentication' || TOO_MANY_KEYS.test(error.message)) {
        reject(authFailed(address, tried, takes, TOO_MANY_KEYS.exec(error.message)?.[0]));
      } else reject(unreachable(address, error, routeOf(options)));
    });
    client.once('close', () =>
      reject(unreachable(address, new Error('the connection was closed'), routeOf(options))),
    );
    client.connect(config);
  });
}

function authentication(
  { address, identities }: SessionOptions,
  tried: string[],
  learn: (methods: readonly string[]) => void,
) {
  const left = identities.values();
  const username = address.user;
  return (methods: AuthenticationType[] | null, _partial: boolean, next: NextAuthHandler): void => {
    // Null before the server's first response.
    if (methods) learn(methods);
    const { value: identity } = left.next();
    if (!identity) {
      // `false` tells ssh2 that nothing is left to try; its types do not allow it.
      next(false as unknown as AuthenticationType);
      return;
    }
    tried.push(identity.name);
    if (identity.kind === 'agent') next({ type: 'agent', username, agent: identity.agent });
    else next({ type: 'publickey', username, key: identity.key });
  };
}

/** Puts the algorithms of known keys first: a host has several keys but presents only one. */
function preferred(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const known = types.flatMap((type) => ALGORITHMS[type] ?? []);
  return [...new Set([...known, ...Object.values(ALGORITHMS).flat()])];
}

class OpenSession implements SshSession {
  readonly address: SshAddress;
  readonly #client: Client;
  readonly #socket: Duplex;
  readonly #options: SessionOptions;
  readonly #turns: CommandStarter;
  #cause: unknown;
  #closed = false;

  constructor(client: Client, socket: Duplex, options: SessionOptions) {
    this.address = options.address;
    this.#client = client;
    this.#socket = socket;
    this.#options = options;
    this.#turns = new CommandStarter(options.clock);
    client.on('error', (error) => {
      this.#cause = error;
    });
    client.once('close', () => {
      this.#closed = true;
    });
  }

  async exec(exec: SshExec): Promise<SshExit> {
    const { address } = this;
    const { clock } = this.#options;
    const limit = exec.limit ?? null;
    const stopped = new AbortController();
    try {
      const exit = await withinLimit(this.#run(exec, stopped.signal), {
        clock,
        limit,
        signal: exec.signal,
        late: () => operationTimedOut(address, 'The command', limit ?? 0),
      });
      if (exit === null) throw connectionLost(address, this.#cause);
      return exit;
    } catch (error) {
      stopped.abort();
      throw error;
    }
  }

  async #run(exec: SshExec, stopped: AbortSignal): Promise<SshExit | null> {
    if (this.#closed) throw connectionLost(this.address, this.#cause);
    const terminal = exec.terminal ? await readyTerminal(exec.terminal) : null;
    const attempt = () => beginCommand(this.#client, exec, terminal);
    const running = await this.#turns.begin(attempt, stopped).catch((error: unknown) => {
      throw this.#failure(error);
    });
    if (stopped.aborted) running.stop();
    stopped.addEventListener('abort', () => running.stop(), { once: true });
    return running.ended;
  }

  #failure(error: unknown): unknown {
    const { address } = this;
    if (this.#closed) return connectionLost(address, this.#cause ?? error);
    const said = error instanceof Error && error.name !== 'AbortError';
    return said && !isAdminError(error) ? commandRefused(address, refusal(error)) : error;
  }

  async forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    const { address } = this;
    const { clock, connectTimeout } = this.#options;
    if (this.#closed) throw connectionLost(address, this.#cause);
    const target = { host, port };
    const opening = new Promise<Duplex>((resolve, reject) => {
      this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error && this.#closed) reject(connectionLost(address, error));
        else if (error && isProhibited(error)) reject(forwardRefused(target, address));
        else if (error) reject(unreachable(target, new Error(refusal(error)), address));
        else {
          // ssh2 does not close our side when the other side has ended.
          channel.once('end', () => channel.end());
          resolve(channel);
        }
      });
    });
    return withinLimit(opening, {
      clock,
      limit: connectTimeout,
      signal,
      late: () => connectTimedOut(target, connectTimeout, address),
    });
  }

  async responds(): Promise<boolean> {
    return !this.#closed && responds(this.#client, this.#options.clock);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Send a disconnect, but do not wait: the host may no longer respond.
    this.#client.end();
    // ssh2 only ends its side, and a host that no longer responds never ends the other one.
    this.#socket.destroy();
  }
}

/** Returns the host's own reason, without the text that ssh2 puts before it. */
function refusal(error: unknown): string {
  return (
    messageOf(error)
      .replace(/^\(SSH\) Channel open failure: ?/, '')
      .toLowerCase() || 'it gave no reason'
  );
}

/**
 * sshd reports forbidden forwarding as SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254, section 5.1)
 * with the text "open failed".
 */
function isProhibited(error: Error): boolean {
  return 'reason' in error && error.reason === 1 && /open failed/i.test(error.message);
}
