/** The behaviour of the simulated nREPL. */
export interface NreplScenario {
  /** Whether the frontend listens on the port. Default true. */
  readonly listens?: boolean;
  /** The functions that this version of the server lacks, as `namespace/name`. */
  readonly missing?: readonly string[];
  /** The functions that throw, with their messages. */
  readonly throwing?: Readonly<Record<string, string>>;
  /** The sandbox time that every evaluation takes, in milliseconds. Default 0. */
  readonly delayMs?: number;
  /**
   * The size in bytes of the packets in which responses are sent. Default: one packet per message.
   */
  readonly packetBytes?: number;
}
