import type { Milliseconds } from '../../clock.ts';
import type { Entry } from './entry.ts';
import { isForeign } from './namespaces.ts';

/** So much of the ordinary, of so many kinds and over so long, is no chance and no stuck loop. */
const RECORDS = 10;
const KINDS = 3;
const SPAN_MS: Milliseconds = 60_000;
/** Two records are of a kind that are alike up to here, but for numbers. */
const LOOKED_AT = 80;

/**
 * Tells whether a service goes about its work after an error where its records name no builds: it
 * writes again what it ordinarily writes, in whatever words, and no further error.
 */
export class Settling {
  /** When it was last at its ordinary work, in milliseconds of its node's clock. */
  settledAt: number | null = null;
  /** Errors since then. */
  errorsSince = 0;
  readonly #kinds = new Set<string>();
  #records = 0;
  #since: number | null = null;

  /** An error: what came before it counts no more. */
  error(): void {
    this.errorsSince += 1;
    this.#kinds.clear();
    this.#records = 0;
    this.#since = null;
  }

  /** Any other record but a beat. */
  record({ head, rank, at }: Entry): void {
    if (rank !== 'info' || at === null || isForeign(head.namespace)) return;
    this.#records += 1;
    this.#since ??= at;
    if (this.#kinds.size < KINDS) {
      this.#kinds.add(`${head.namespace} ${head.message.slice(0, LOOKED_AT).replace(/\d+/g, '#')}`);
    }
    const isSettled =
      this.#records >= RECORDS && this.#kinds.size >= KINDS && at - this.#since >= SPAN_MS;
    if (!isSettled) return;
    this.settledAt = at;
    this.errorsSince = 0;
  }
}
