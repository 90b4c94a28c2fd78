import type { Duplex, Readable } from 'node:stream';
import type { Milliseconds } from '../clock.ts';
import type { SshAddress } from './address.ts';

/** The size of a terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What a command on a host is connected to. */
export interface SshExec {
  /** A command line for the login shell of the user there; null for the shell itself. */
  readonly command: string | null;
  /** Takes output; its next piece is read once this has resolved. */
  readonly stdout: (data: Uint8Array) => Promise<void>;
  readonly stderr: (data: Uint8Array) => Promise<void>;
  /** Ends at once where it is left out. */
  readonly stdin?: Readable;
  /** A terminal there, as wide as ours. */
  readonly terminal?: { readonly type: string; readonly sizes: AsyncIterable<TerminalSize> };
  /** How long it may run; for ever where it is left out. */
  readonly limit?: Milliseconds;
  readonly signal?: AbortSignal;
}

/** How a command ended: with a code, or by a signal such as `SIGKILL`. */
export interface SshExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** An open connection to a host, logged in. */
export interface SshSession {
  readonly address: SshAddress;
  /**
   * Runs a command to its end.
   *
   * @throws AdminError of kind `service` (SSH_LOST, SSH_COMMAND_REFUSED) or `timeout` (SSH_TIMEOUT)
   */
  exec(exec: SshExec): Promise<SshExit>;
  /**
   * A connection from that host to a port.
   *
   * @throws AdminError of kind `service` (SSH_UNREACHABLE, SSH_LOST) or `timeout` (SSH_TIMEOUT)
   */
  forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex>;
  close(): Promise<void>;
}

/** Sessions with hosts, by way of the bastion where there is one. */
export interface SshClient {
  /**
   * Works on a host in a session of its own, which ends with the work. Waits for its turn where as
   * many sessions as may be are open.
   *
   * @throws AdminError of kind `service` (SSH_UNREACHABLE, SSH_LOST), `timeout` (SSH_TIMEOUT),
   *   `unauthorised` (SSH_AUTH_FAILED), `refused` (SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED,
   *   SSH_HOST_KEY_REVOKED) or `validation` (SSH_KEY_UNUSABLE, KNOWN_HOSTS_UNUSABLE)
   */
  use<T>(host: string, work: (session: SshSession) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * A connection from the bastion to a port; the session with the bastion stays.
   *
   * @throws AdminError as {@link use}; of kind `usage`, code NO_BASTION, where there is none
   */
  forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex>;
  /**
   * Logs in on the bastion, where there is one, as whatever goes through it would: the questions
   * that this takes, and its failures, come before anything waits for an answer from behind it.
   *
   * @throws AdminError as {@link use}
   */
  logIn(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
