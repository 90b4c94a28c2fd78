/** The streams of a command that runs in a simulated container. */
export interface ExecIo {
  readonly stdin: AsyncIterable<Uint8Array>;
  stdout(data: string | Uint8Array): void;
  stderr(data: string | Uint8Array): void;
  /** With a terminal, the real thing answers with ANSI and CRLF on one stream. */
  readonly tty: boolean;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** Thrown by {@link PodBackend.exec} for a binary that the container does not have. */
export class NoSuchCommandError extends Error {}

/** What stands behind a simulated pod: the ports that answer and the commands that run. */
export interface PodBackend {
  /** Loopback ports behind the pod's own; any other port refuses the connection. */
  readonly ports: Readonly<Record<number, number>>;
  /**
   * Runs a command and returns its exit status.
   *
   * @throws NoSuchCommandError
   */
  exec(command: readonly string[], io: ExecIo): Promise<number>;
}
