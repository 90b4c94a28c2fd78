import type { Entry } from './entry.ts';
import { isForeign } from './namespaces.ts';

/** `Still running...`, in whatever words. */
const STILL = /\bstill (?:running|alive|up|working|here|going)\b/i;
/** How often a service beats, in milliseconds, and by how much a beat may be early or late. */
const BEAT_MS = 60_000;
const JITTER_MS = 5_000;
/** How many different messages are watched for being repeated. */
const WATCHED = 500;

interface Repeated {
  at: number;
  /** How many times in a row it came after a minute. */
  regular: number;
}

/**
 * Tells beats: what a service writes each minute to say that it runs. It is known by its words, or,
 * where a service says it differently, by what its main thread repeats, minute after minute.
 */
export class BeatWatch {
  readonly #repeated = new Map<string, Repeated>();

  /** Whether a record that is no error is a beat. */
  isBeat({ head, at, named }: Entry): boolean {
    if (STILL.test(head.message)) return true;
    if (head.thread !== 'main' || at === null || isForeign(head.namespace)) return false;
    if (named.keys.length > 0) return false;
    const key = `${head.namespace}|${head.message.replace(/\d+/g, '#')}`;
    const before = this.#repeated.get(key);
    if (!before) {
      if (this.#repeated.size < WATCHED) this.#repeated.set(key, { at, regular: 0 });
      return false;
    }
    const regular = Math.abs(at - before.at - BEAT_MS) <= JITTER_MS;
    before.regular = regular ? before.regular + 1 : 0;
    before.at = at;
    // Once may be by chance.
    return before.regular >= 2;
  }
}
