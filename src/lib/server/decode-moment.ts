import { momentOfText, numberOf } from '../json-value.ts';

/**
 * Decodes a time given as RFC 3339 or as milliseconds since the epoch, which Clojure also prints.
 */
export function momentOf(value: unknown): Date | null {
  const ms = numberOf(value);
  if (ms === null) return momentOfText(value);
  const date = new Date(ms);
  return ms > 0 && !Number.isNaN(date.getTime()) ? date : null;
}
