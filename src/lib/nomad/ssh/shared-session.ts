import { isAdminError } from '../../errors.ts';
import type { SshClient, SshSession } from '../../ssh/client.ts';

/** sshd lets ten commands run over one connection (MaxSessions). */
const COMMANDS_AT_ONCE = 8;

interface Held {
  readonly session: Promise<SshSession>;
  /** Lets the session go. */
  readonly release: () => void;
}

/**
 * The session with one host, shared by the commands that run there at the same time. It is opened
 * for the first of them and ends with the last, or, where it is held, at the end of all.
 */
export class SharedSession {
  readonly #ssh: Pick<SshClient, 'use'>;
  readonly #host: string;
  /** Ends the login too. */
  readonly #signal: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #held: Held | undefined;
  #users = 0;
  #running = 0;

  constructor(ssh: Pick<SshClient, 'use'>, host: string, signal: AbortSignal) {
    this.#ssh = ssh;
    this.#host = host;
    this.#signal = signal;
  }

  /** Keeps the session from its first use on, until what is returned is called. */
  hold(): () => void {
    this.#users += 1;
    return () => this.#leave();
  }

  /**
   * Works in the session.
   *
   * @throws AdminError as {@link SshClient.use}; the next use logs in anew
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
      // Whatever is wrong with the connection, it is no use to those who come after.
      if (isAdminError(error) && error.code.startsWith('SSH_') && this.#held === held) {
        this.#let();
      }
      throw error;
    }
  }

  #open(): Held {
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
      // After the login it ends only because it was let go.
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
