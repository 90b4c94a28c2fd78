import type { Entry } from './entry.ts';
import { isForeign } from './namespaces.ts';

/** `Still running...` and similar wordings. */
const STILL_RUNNING = /\bstill (?:running|alive|up|working|here|going)\b/i;
/** The interval of heartbeats and its tolerance, in milliseconds. */
const BEAT_MS = 60_000;
const JITTER_MS = 5_000;
/** The maximum number of different messages that are watched for repetition. */
const MAX_WATCHED = 500;

interface RepeatedMessage {
  at: number;
  /** How many times in a row the message came one minute after the previous one. */
  regular: number;
}

/**
 * Recognises heartbeats: messages that a service writes every minute to show that it is running. A
 * heartbeat is recognised by its wording or, for other wordings, as a message that the main thread
 * repeats every minute.
 */
export class HeartbeatDetector {
  readonly #repeated = new Map<string, RepeatedMessage>();

  /** Returns whether a record is a heartbeat. The record must not be an error. */
  isHeartbeat({ head, at, named }: Entry): boolean {
    if (STILL_RUNNING.test(head.message)) return true;
    if (head.thread !== 'main' || at === null || isForeign(head.namespace)) return false;
    if (named.keys.length > 0) return false;
    const key = `${head.namespace}|${head.message.replace(/\d+/g, '#')}`;
    const before = this.#repeated.get(key);
    if (!before) {
      if (this.#repeated.size < MAX_WATCHED) this.#repeated.set(key, { at, regular: 0 });
      return false;
    }
    const regular = Math.abs(at - before.at - BEAT_MS) <= JITTER_MS;
    before.regular = regular ? before.regular + 1 : 0;
    before.at = at;
    // A single repetition after a minute may be a coincidence.
    return before.regular >= 2;
  }
}
