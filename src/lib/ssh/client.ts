import type { Duplex, Readable } from 'node:stream';
import type { Milliseconds } from '../clock.ts';
import type { AdminError } from '../errors.ts';
import type { SshAddress } from './address.ts';

/** The size of a terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A command to run on a host, and the streams to connect it to. */
export interface SshExec {
  /** The command line for the user's login shell; null starts an interactive login shell. */
  readonly command: string | null;
  /** Receives output; the next chunk is read only after the promise has resolved. */
  readonly stdout: (data: Uint8Array) => Promise<void>;
  readonly stderr: (data: Uint8Array) => Promise<void>;
  /** If omitted, the command gets an empty standard input. */
  readonly stdin?: Readable;
  /** If given, the command runs in a pseudo-terminal of this type that follows these sizes. */
  readonly terminal?: { readonly type: string; readonly sizes: AsyncIterable<TerminalSize> };
  /** The maximum run time; unlimited if omitted. */
  readonly limit?: Milliseconds;
  readonly signal?: AbortSignal;
}

/** The result of a command: its exit code, or the signal that ended it, such as `SIGKILL`. */
export interface SshExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** An authenticated connection to a host. */
export interface SshSession {
  readonly address: SshAddress;
  /**
   * Runs a command until it ends.
   *
   * @throws AdminError of kind `service` (SSH_LOST, SSH_COMMAND_REFUSED) or `timeout` (SSH_TIMEOUT)
   */
  exec(exec: SshExec): Promise<SshExit>;
  /**
   * Opens a TCP connection from the remote host to the given host and port.
   *
   * @throws AdminError of kind `service` (SSH_UNREACHABLE, SSH_LOST) or `timeout` (SSH_TIMEOUT)
   */
  forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex>;
  /** Returns whether the host still responds over this connection. Takes up to 5 seconds. */
  responds(): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens SSH sessions with hosts, through the bastion if one is configured. */
export interface SshClient {
  /**
   * Opens a session with a host, runs `work` with it and closes it afterwards. Waits for a free
   * slot if the maximum number of sessions is already open.
   *
   * @throws AdminError of kind `service` (SSH_UNREACHABLE, SSH_LOST), `timeout` (SSH_TIMEOUT),
   *   `unauthorised` (SSH_AUTH_FAILED), `refused` (SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED,
   *   SSH_HOST_KEY_REVOKED) or `validation` (SSH_KEY_UNUSABLE, KNOWN_HOSTS_UNUSABLE)
   */
  use<T>(host: string, work: (session: SshSession) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Opens a TCP connection from the bastion to the given host and port. The session with the
   * bastion stays open for later calls.
   *
   * @throws AdminError like {@link use}, or of kind `usage`, code NO_BASTION, if there is no
   *   bastion
   */
  forward(host: string, port: number, signal?: AbortSignal): Promise<Duplex>;
  /**
   * Logs in on the bastion, if there is one. Callers do this first so that passphrase prompts and
   * login failures come before anything waits for a response from behind the bastion.
   *
   * @throws AdminError like {@link use}
   */
  logIn(signal?: AbortSignal): Promise<void>;
  /**
   * Looks for the cause of a timeout behind the bastion: resolves to an error of kind `timeout`, code
   * SSH_TIMEOUT, if the bastion itself has stopped responding, and otherwise to null. A later call
   * then logs in again.
   */
  findSilentBastion(): Promise<AdminError | null>;
  close(): Promise<void>;
}
