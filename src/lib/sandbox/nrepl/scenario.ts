/** How the simulated nREPL behaves, as data. */
export interface NreplScenario {
  /** Whether the frontend listens on the port at all. Default true. */
  readonly listens?: boolean;
  /** Functions that this version of the server lacks, as `namespace/name`. */
  readonly missing?: readonly string[];
  /** Functions that throw, and with what message. */
  readonly throwing?: Readonly<Record<string, string>>;
  /** Milliseconds of the sandbox's time that every evaluation takes. Default 0. */
  readonly delayMs?: number;
  /** Answers come in packets of so many bytes. Default: each message in one. */
  readonly packetBytes?: number;
}
