/** The trace of a record without one. */
export const NO_TRACE: readonly string[] = [];

/** The head of a record: what its first line contains. */
export interface RecordHead {
  /** In upper case; null if the record has none. */
  readonly level: string | null;
  /** For example `schedulerer.scheduler`. */
  readonly namespace: string | null;
  /** For example `pool-43-thread-13`. */
  readonly thread: string | null;
  readonly message: string;
  /** The error from a separate field, as in JSON records; null if there is none. */
  readonly error: string | null;
  /** The lines of a stack trace from a separate field. */
  readonly trace: readonly string[];
}
