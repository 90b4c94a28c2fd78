import type { Duplex } from 'node:stream';
import type { Clock, Milliseconds } from '../clock.ts';
import { AdminError, isAdminError } from '../errors.ts';
import type { SshAddress } from './address.ts';
import type { SshClient, SshSession } from './client.ts';
import { authFailed, connectTooSlow } from './errors.ts';
import type { HostKeyPolicy } from './host-keys.ts';
import { type Identity, type IdentitySources, readIdentities } from './identities.ts';
import { withinLimit } from './limit.ts';
import { openSession } from './session.ts';

/** What an {@link SshClient} is made from. */
export interface SshOptions {
  /** Who logs in on hosts that are named without a user, and at which port. */
  readonly user: string;
  readonly port: number;
  readonly bastion: SshAddress | null;
  readonly identities: IdentitySources;
  readonly hostKeys: HostKeyPolicy;
  readonly clock: Clock;
  readonly connectTimeout: Milliseconds;
  /** Sessions at the same time, that with the bastion not counted; 50 where it is left out. */
  readonly most?: number;
}

/** As many as may be asked for (--parallel); each is with another host. */
const MOST_SESSIONS = 50;

/** Makes a client. Nothing is read and nothing connected before it is used. */
export function createSshClient(options: SshOptions): SshClient {
  return new Sessions(options);
}

class Sessions implements SshClient {
  readonly #options: SshOptions;
  readonly #waiting: (() => void)[] = [];
  readonly #closing = new AbortController();
  #free: number;
  #identities: Promise<readonly Identity[]> | undefined;
  #bastion: Promise<SshSession> | undefined;

  constructor(options: SshOptions) {
    this.#options = options;
    this.#free = options.most ?? MOST_SESSIONS;
  }

  async use<T>(
    host: string,
    work: (session: SshSession) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    await this.#turn();
    try {
      const session = await this.#open(host, signal);
      try {
        return await work(session);
      } finally {
        await session.close();
      }
    } finally {
      this.#free += 1;
      this.#waiting.shift()?.();
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

  async close(): Promise<void> {
    this.#closing.abort(new DOMException('The client is closed', 'AbortError'));
    const bastion = await this.#bastion?.catch(() => undefined);
    this.#bastion = undefined;
    await bastion?.close();
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
  }

  async #open(host: string, signal: AbortSignal | undefined): Promise<SshSession> {
    const { user, port, bastion } = this.#options;
    const address = { user, host, port };
    if (bastion === null) return this.#session(address, { signal });
    const socket = await this.#through(bastion, host, port, signal);
    return this.#session(address, { signal, through: { bastion, socket } });
  }

  /** A connection from the bastion; one that was lost meanwhile is logged in on again. */
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
      if (!isAdminError(error) || error.code !== 'SSH_LOST') throw error;
      if (this.#bastion === hop) this.#bastion = undefined;
      if (hop !== before) throw error;
      return this.#through(bastion, host, port, signal);
    }
  }

  /** Whoever waits for the bastion may give up; the others go on waiting. */
  #onBastion(bastion: SshAddress, signal: AbortSignal | undefined): Promise<SshSession> {
    const { clock, connectTimeout } = this.#options;
    const late = () => connectTooSlow(bastion, connectTimeout, 'is-bastion');
    return withinLimit(this.#hop(bastion), { clock, limit: null, signal, late });
  }

  /** The session with the bastion: one for all, made anew once it has failed. */
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
    way: {
      readonly signal?: AbortSignal | undefined;
      readonly through?: { readonly bastion: SshAddress; readonly socket: Duplex };
      readonly isBastion?: boolean;
    },
  ): Promise<SshSession> {
    const { hostKeys, clock, connectTimeout } = this.#options;
    // Once for all sessions: nobody types a passphrase twice.
    this.#identities ??= readIdentities(this.#options.identities);
    const identities = await this.#identities;
    if (identities.length === 0) throw authFailed(address, [], []);
    return openSession({ address, identities, hostKeys, clock, connectTimeout, ...way });
  }
}
