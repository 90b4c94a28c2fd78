import type { Milliseconds } from '../../clock.ts';
import type { Entry } from './entry.ts';
import { isForeign } from './namespaces.ts';

/**
 * This many normal records, of this many kinds and over this time span, are neither a coincidence
 * nor a stuck loop.
 */
const RECORDS = 10;
const KINDS = 3;
const SPAN_MS: Milliseconds = 60_000;
/** The number of characters compared, without regard to numbers, to tell kinds of records apart. */
const COMPARED_LENGTH = 80;

/**
 * Detects whether a service whose records name no builds is back to normal work after an error: it
 * writes its usual variety of records again, and no further error.
 */
export class RecoveryDetector {
  /** When it was last found at normal work, in milliseconds of its node's clock. */
  settledAt: number | null = null;
  /** Number of errors since then. */
  errorsSince = 0;
  readonly #kinds = new Set<string>();
  #records = 0;
  #since: number | null = null;

  /** Records an error: earlier records no longer count. */
  error(): void {
    this.errorsSince += 1;
    this.#kinds.clear();
    this.#records = 0;
    this.#since = null;
  }

  /** Records any other record except a heartbeat. */
  record({ head, rank, at }: Entry): void {
    if (rank !== 'info' || at === null || isForeign(head.namespace)) return;
    this.#records += 1;
    this.#since ??= at;
    if (this.#kinds.size < KINDS) {
      this.#kinds.add(
        `${head.namespace} ${head.message.slice(0, COMPARED_LENGTH).replace(/\d+/g, '#')}`,
      );
    }
    const isSettled =
      this.#records >= RECORDS && this.#kinds.size >= KINDS && at - this.#since >= SPAN_MS;
    if (!isSettled) return;
    this.settledAt = at;
    this.errorsSince = 0;
  }
}
