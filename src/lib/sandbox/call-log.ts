/** One request that a sandbox service received. */
export interface Call {
  readonly service: string;
  readonly method: string;
  /** Path with query, as it came. */
  readonly path: string;
  /** Whether it would change anything. */
  readonly write: boolean;
  /** The caller's user agent, empty where it sent none. */
  readonly agent: string;
  /** What it was sent to log in with: the values of `Authorization` and of each API's token header. */
  readonly credentials: readonly string[];
}

const KEPT = 1_000;

/** Counts what the services were asked, and keeps the last {@link KEPT} requests. */
export class CallLog {
  reads = 0;
  writes = 0;
  readonly #recent: Call[] = [];

  record(call: Call): void {
    if (call.write) this.writes += 1;
    else this.reads += 1;
    this.#recent.push(call);
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  /** The newest requests, oldest first. */
  recent(): readonly Call[] {
    return this.#recent;
  }

  /** Forgets everything that was counted. */
  reset(): void {
    this.reads = 0;
    this.writes = 0;
    this.#recent.length = 0;
  }
}
