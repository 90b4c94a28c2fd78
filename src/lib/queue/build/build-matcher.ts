import { keysIn } from '../build-key.ts';
import type { BuildIdentity } from './build-facts.ts';

/** Whether and how a text names the build. */
export interface Naming {
  /** Whether it names this build. */
  readonly ours: boolean;
  /** Index of the parallel task; null if the text does not contain it. */
  readonly task: number | null;
}

const TASK = /([0-9a-f]{24})-(\d+)-build/gi;

/**
 * Determines whether texts name a build, by project and number or by its ID. The missing one is
 * learned from the first text that contains both.
 */
export class BuildMatcher {
  #key: string | null;
  readonly #ids = new Set<string>();
  readonly #ends: readonly string[];

  constructor({ key, buildId, number }: Pick<BuildIdentity, 'key' | 'buildId' | 'number'>) {
    this.#key = key;
    this.#ends = number === null ? [] : [`/${number}`, `-${number}`];
    if (buildId !== null) this.#ids.add(buildId);
  }

  /** The key as of `buildKey`; null until a text has revealed it. */
  get key(): string | null {
    return this.#key;
  }

  /** The ID; null until a text has revealed it. */
  get buildId(): string | null {
    const [id = null] = this.#ids;
    return id;
  }

  /** Returns whether a text may name the build: a cheap check with false positives. */
  mayName(text: string): boolean {
    // The number of a build always follows its project.
    for (const end of this.#ends) if (text.includes(end)) return true;
    for (const id of this.#ids) if (text.includes(id)) return true;
    return false;
  }

  /** Returns whether and how a text names the build. */
  read(text: string): Naming {
    if (!this.mayName(text)) return { ours: false, task: null };
    const { keys, buildIds, joined } = keysIn(text);
    const byId = buildIds.some((id) => this.#ids.has(id));
    const ours = byId || (this.#key !== null && keys.includes(this.#key));
    if (!ours) return { ours, task: null };
    for (const [id, key] of joined) {
      if (this.#key === null && this.#ids.has(id)) this.#key = key;
      // If two builds have the same project and number, only the first one is followed.
      if (key === this.#key && this.#ids.size === 0) this.#ids.add(id);
    }
    return { ours, task: this.#taskIn(text) };
  }

  #taskIn(text: string): number | null {
    for (const [, id = '', task] of text.matchAll(TASK)) {
      if (this.#ids.has(id.toLowerCase())) return Number(task);
    }
    return null;
  }
}
