/** The streams of a command in a simulated container. */
export interface ExecIo {
  readonly stdin: AsyncIterable<Uint8Array>;
  stdout(data: string | Uint8Array): void;
  stderr(data: string | Uint8Array): void;
  /** With a terminal, real containers respond with ANSI codes and CRLF on one stream. */
  readonly tty: boolean;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
}

/** Thrown by {@link PodBackend.exec} if the container has no such binary. */
export class NoSuchCommandError extends Error {}

/** The ports and commands of a simulated pod. */
export interface PodBackend {
  /** The loopback port for each port of the pod; other ports refuse connections. */
  readonly ports: Readonly<Record<number, number>>;
  /**
   * Runs a command and returns its exit status.
   *
   * @throws NoSuchCommandError
   */
  exec(command: readonly string[], io: ExecIo): Promise<number>;
}
