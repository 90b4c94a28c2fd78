/** Of a record that tells none. */
export const NO_TRACE: readonly string[] = [];

/** The head of a record: what its own first line tells. */
export interface RecordHead {
  /** In capitals, as it is written; null where the record tells none. */
  readonly level: string | null;
  /** Such as `schedulerer.scheduler`. */
  readonly namespace: string | null;
  /** Such as `pool-43-thread-13`. */
  readonly thread: string | null;
  readonly message: string;
  /** An error that is told in a field of its own, as JSON records do; null for none. */
  readonly error: string | null;
  /** The lines of a stack trace that is told in a field of its own. */
  readonly trace: readonly string[];
}
