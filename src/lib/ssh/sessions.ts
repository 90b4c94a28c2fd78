import type { Duplex } from 'node:stream';
import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError, isAdminError } from '../errors.ts';
import { Semaphore } from '../semaphore.ts';
import { withinLimit } from '../within-limit.ts';
import type { SshAddress } from './address.ts';
import type { SshClient, SshSession } from './client.ts';
import { authFailed, bastionSilent, connectTimedOut } from './errors.ts';
import type { HostKeyPolicy } from './host-keys.ts';
import { type Identity, type IdentitySources, readIdentities } from './identities.ts';
import { openSession } from './session.ts';

/** The options of an {@link SshClient}. */
export interface SshOptions {
  /** The user and port for hosts that are given without them. */
  readonly user: string;
  readonly port: number;
  readonly bastion: SshAddress | null;
  readonly identities: IdentitySources;
  readonly hostKeys: HostKeyPolicy;
  readonly clock: Clock;
  readonly connectTimeout: Milliseconds;
  /** The maximum number of parallel sessions, not counting the bastion's; 50 if omitted. */
  readonly maxSessions?: number;
}

/** The largest value that --parallel accepts; each session is with a different host. */
const MAX_SESSIONS = 50;

/** Creates a client. It reads and connects to nothing until it is used. */
export function createSshClient(options: SshOptions): SshClient {
  return new Sessions(options);
}

class Sessions implements SshClient {
  readonly #options: SshOptions;
  readonly #slots: Semaphore;
  readonly #closing = new AbortController();
  #identities: Promise<readonly Identity[]> | undefined;
  #bastion: Promise<SshSession> | undefined;
  /** Shared by all callers whose time limits are exceeded at once. */
  #probe: Promise<AdminError | null> | undefined;

  constructor(options: SshOptions) {
    this.#options = options;
    this.#slots = new Semaphore(options.maxSessions ?? MAX_SESSIONS);
  }

  async use<T>(
    host: string,
    work: (session: SshSession) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    await this.#slots.acquire(signal);
    try {
      const session = await this.#open(host, signal);
      try {
        return await work(session);
      } finally {
        await session.close();
      }
    } finally {
      this.#slots.release();
    }
  }

  async forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    const { bastion } = this.#options;
    if (bastion === null) {
      throw new AdminError('usage', 'No bastion is configured', {
        code: 'NO_BASTION',
        hint: 'Set it: circleci-admin config set ssh.bastion USER@HOST',
      });
    }
    return this.#through(bastion, host, port, signal);
  }

  async logIn(signal?: AbortSignal): Promise<void> {
    if (this.#options.bastion !== null) await this.#onBastion(this.#options.bastion, signal);
  }

  findSilentBastion(): Promise<AdminError | null> {
    this.#probe ??= this.#probeBastion().finally(() => {
      this.#probe = undefined;
    });
    return this.#probe;
  }

  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The client is closed', 'AbortError'));
    const bastion = await this.#bastion?.catch(() => undefined);
    this.#bastion = undefined;
    await bastion?.close();
  }

  /** Returns the silent bastion as the cause of a timeout, if it is, and otherwise the error. */
  async #causeOf(error: unknown): Promise<unknown> {
    if (!isAdminError(error, 'timeout')) return error;
    return (await this.findSilentBastion()) ?? error;
  }

  async #probeBastion(): Promise<AdminError | null> {
    const { bastion } = this.#options;
    const hop = this.#bastion;
    if (bastion === null || hop === undefined) return null;
    const session = await hop.catch(() => null);
    if (session === null || (await session.responds())) return null;
    if (this.#bastion === hop) this.#bastion = undefined;
    await session.close();
    return bastionSilent(bastion);
  }

  async #open(host: string, signal: AbortSignal | undefined): Promise<SshSession> {
    const { user, port, bastion } = this.#options;
    const address = { user, host, port };
    if (bastion === null) return this.#session(address, { signal });
    const socket = await this.#through(bastion, host, port, signal);
    try {
      return await this.#session(address, { signal, through: { bastion, socket } });
    } catch (error) {
      throw await this.#causeOf(error);
    }
  }

  /**
   * Opens a connection from the bastion. If the existing session was lost meanwhile, logs in once
   * more.
   */
  async #through(
    bastion: SshAddress,
    host: string,
    port: number,
    signal: AbortSignal | undefined,
  ): Promise<Duplex> {
    const before = this.#bastion;
    const hop = this.#hop(bastion);
    const session = await this.#onBastion(bastion, signal);
    try {
      return await session.forward(host, port, signal);
    } catch (error) {
      if (!isAdminError(error) || error.code !== 'SSH_LOST') throw await this.#causeOf(error);
      if (this.#bastion === hop) this.#bastion = undefined;
      if (hop !== before) throw error;
      return this.#through(bastion, host, port, signal);
    }
  }

  /** Aborting ends only this caller's wait; other callers share the same login. */
  #onBastion(bastion: SshAddress, signal: AbortSignal | undefined): Promise<SshSession> {
    const { clock, connectTimeout } = this.#options;
    const late = () => connectTimedOut(bastion, connectTimeout, 'is-bastion');
    return withinLimit(this.#hop(bastion), { clock, limit: null, signal, late });
  }

  /** Returns the shared session with the bastion, and opens a new one after a failure. */
  #hop(bastion: SshAddress): Promise<SshSession> {
    const hop =
      this.#bastion ?? this.#session(bastion, { signal: this.#closing.signal, isBastion: true });
    this.#bastion = hop;
    hop.catch(() => {
      if (this.#bastion === hop) this.#bastion = undefined;
    });
    return hop;
  }

  async #session(
    address: SshAddress,
    route: {
      readonly signal?: AbortSignal | undefined;
      readonly through?: { readonly bastion: SshAddress; readonly socket: Duplex };
      readonly isBastion?: boolean;
    },
  ): Promise<SshSession> {
    const { hostKeys, clock, connectTimeout } = this.#options;
    // Read once for all sessions, so that a passphrase is asked for only once.
    this.#identities ??= readIdentities(this.#options.identities, clock);
    const identities = await this.#identities;
    if (identities.length === 0) throw authFailed(address, [], []);
    return openSession({ address, identities, hostKeys, clock, connectTimeout, ...route });
  }
}
