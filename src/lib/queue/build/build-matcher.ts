import { keysIn } from '../build-key.ts';
import type { BuildIdentity } from './build-facts.ts';

/** What a text says of one build. */
export interface Naming {
  /** It names this build. */
  readonly ours: boolean;
  /** Which of its parallel tasks; null where it does not say. */
  readonly task: number | null;
}

const TASK = /([0-9a-f]{24})-(\d+)-build/gi;

/**
 * Tells whether texts name a build: by project and number, or by its ID, which is learned from the
 * first text that has both.
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

  /** Project and number, as of `buildKey`; null until a text has told it. */
  get key(): string | null {
    return this.#key;
  }

  /** Null until a text has told it. */
  get buildId(): string | null {
    const [id = null] = this.#ids;
    return id;
  }

  /** Whether a text may name it: cheap, and wrong now and then. */
  mayName(text: string): boolean {
    // Wherever a build is named by its number, that stands behind the project.
    for (const end of this.#ends) if (text.includes(end)) return true;
    for (const id of this.#ids) if (text.includes(id)) return true;
    return false;
  }

  /** What a text says of it. */
  read(text: string): Naming {
    if (!this.mayName(text)) return { ours: false, task: null };
    const { keys, buildIds, joined } = keysIn(text);
    const byId = buildIds.some((id) => this.#ids.has(id));
    const ours = byId || (this.#key !== null && keys.includes(this.#key));
    if (!ours) return { ours, task: null };
    for (const [id, key] of joined) {
      if (this.#key === null && this.#ids.has(id)) this.#key = key;
      // Of two builds with the same project and number, only one is followed.
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
