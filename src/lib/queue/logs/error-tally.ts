import type { Entry } from './entry.ts';
import { coarseFingerprint, fingerprint } from './fingerprint.ts';

/**
 * The maximum number of error kinds; beyond it, errors are grouped without regard to their message.
 */
const KINDS = 200;
/** The maximum number of builds kept for an error. */
const KEPT_BUILDS = 1_000;

/** The errors of one kind in one container's log; times in milliseconds of its node's clock. */
export interface TalliedError {
  newest: Entry;
  count: number;
  frames: number;
  firstAt: number | null;
  lastAt: number | null;
  /** Builds by key or ID. */
  readonly refs: Set<string>;
}

/** Counts errors, grouped by fingerprint. */
export class ErrorTally {
  readonly #kinds = new Map<string, TalliedError>();

  /** The errors by fingerprint. */
  get kinds(): ReadonlyMap<string, TalliedError> {
    return this.#kinds;
  }

  /** Adds an error with its complete stack trace. */
  add(entry: Entry, refs: readonly string[]): void {
    const exact = fingerprint(entry.head, entry.exception);
    const full = this.#kinds.size >= KINDS && !this.#kinds.has(exact);
    const kind = full ? coarseFingerprint(entry.head, entry.exception) : exact;
    const known = this.#kinds.get(kind);
    const tallied: TalliedError = known ?? {
      newest: entry,
      count: 0,
      frames: 0,
      firstAt: entry.at,
      lastAt: entry.at,
      refs: new Set(),
    };
    tallied.newest = entry;
    tallied.count += 1;
    tallied.frames += entry.frames;
    tallied.firstAt ??= entry.at;
    tallied.lastAt = entry.at ?? tallied.lastAt;
    for (const ref of refs) if (tallied.refs.size < KEPT_BUILDS) tallied.refs.add(ref);
    if (!known) this.#kinds.set(kind, tallied);
  }
}
