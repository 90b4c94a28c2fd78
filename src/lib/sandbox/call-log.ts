/** A request received by a sandbox service. */
export interface Call {
  readonly service: string;
  readonly method: string;
  /** The path with the query, as received. */
  readonly path: string;
  /** Whether the request would change anything. */
  readonly write: boolean;
  /** The caller's user agent; empty if none was sent. */
  readonly agent: string;
  /** The credentials sent: the values of `Authorization` and of each API's token header. */
  readonly credentials: readonly string[];
}

const KEPT_CALLS = 1_000;

/** Counts the requests to the services, and keeps the last {@link KEPT_CALLS}. */
export class CallLog {
  reads = 0;
  writes = 0;
  readonly #recent: Call[] = [];

  record(call: Call): void {
    if (call.write) this.writes += 1;
    else this.reads += 1;
    this.#recent.push(call);
    if (this.#recent.length > KEPT_CALLS) this.#recent.shift();
  }

  /** Returns the newest requests, oldest first. */
  recent(): readonly Call[] {
    return this.#recent;
  }

  /** Resets all counts. */
  reset(): void {
    this.reads = 0;
    this.writes = 0;
    this.#recent.length = 0;
  }
}
