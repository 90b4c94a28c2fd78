import { isAdminError } from '../../errors.ts';
import type { SshClient, SshSession } from '../../ssh/client.ts';

/** Below sshd's limit of ten commands over one connection (MaxSessions). */
const COMMANDS_AT_ONCE = 8;

interface HeldSession {
  readonly session: Promise<SshSession>;
  /** Releases the session. */
  readonly release: () => void;
}

/**
 * A session with one host that is shared by concurrent commands. It is opened for the first command
 * and closed after the last one, or when it is no longer held.
 */
export class SharedSession {
  readonly #ssh: Pick<SshClient, 'use'>;
  readonly #host: string;
  /** Also aborts the login. */
  readonly #signal: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #held: HeldSession | undefined;
  #users = 0;
  #running = 0;

  constructor(ssh: Pick<SshClient, 'use'>, host: string, signal: AbortSignal) {
    this.#ssh = ssh;
    this.#host = host;
    this.#signal = signal;
  }

  /** Keeps the session open from its first use until the returned function is called. */
  hold(): () => void {
    this.#users += 1;
    return () => this.#leave();
  }

  /**
   * Runs work in the session.
   *
   * @throws AdminError as {@link SshClient.use}; the next use logs in again
   */
  async use<T>(work: (session: SshSession) => Promise<T>): Promise<T> {
    this.#users += 1;
    try {
      while (this.#running >= COMMANDS_AT_ONCE) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      this.#running += 1;
      try {
        return await this.#work(work);
      } finally {
        this.#running -= 1;
        this.#waiting.shift()?.();
      }
    } finally {
      this.#leave();
    }
  }

  async #work<T>(work: (session: SshSession) => Promise<T>): Promise<T> {
    this.#held ??= this.#open();
    const held = this.#held;
    try {
      return await work(await held.session);
    } catch (error) {
      // A session whose connection failed is not reused by later commands.
      if (isAdminError(error) && error.code.startsWith('SSH_') && this.#held === held) {
        this.#let();
      }
      throw error;
    }
  }

  #open(): HeldSession {
    const session = Promise.withResolvers<SshSession>();
    const over = Promise.withResolvers<void>();
    this.#ssh
      .use(
        this.#host,
        (opened) => {
          session.resolve(opened);
          return over.promise;
        },
        this.#signal,
      )
      // After the login, the promise ends only when the session is released.
      .catch(session.reject);
    return { session: session.promise, release: over.resolve };
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#let();
  }

  #let(): void {
    this.#held?.release();
    this.#held = undefined;
  }
}
