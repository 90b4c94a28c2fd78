/**
 * Readers for JSON that somebody else wrote. A field that is missing, null or of a surprising type
 * reads as null: servers of four major versions answer us, and none of them may crash a command.
 */

const BYTES_PER_MB = 1024 * 1024;
/** What Go's zero time begins with: a moment that was never set. */
const GO_ZERO_TIME = '0001-01-01';

/** A JSON object whose fields are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object that can be looked into, and no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; null for arrays and everything else. */
export function objectOrNull(value: unknown): JsonObject | null {
  return isRecord(value) ? value : null;
}

/** The value as an object, empty where it is none. */
export function objectOf(value: unknown): JsonObject {
  return objectOrNull(value) ?? {};
}

/** The value as an array, empty where it is none. */
export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a text; null where it is none, or empty (which is how Go says "not set"). */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The value as a finite number. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The value where it is one of the words that we know; null otherwise. */
export function wordOf<Word extends string>(value: unknown, words: readonly Word[]): Word | null {
  return words.find((word) => word === value) ?? null;
}

/** The texts of an object; other values are left out. */
export function textsOf(value: unknown): Readonly<Record<string, string>> {
  return entriesOf(value, (field) => (typeof field === 'string' ? field : null));
}

/** The numbers of an object; other values are left out. */
export function numbersOf(value: unknown): Readonly<Record<string, number>> {
  return entriesOf(value, numberOf);
}

/** An object's values, each decoded; what decodes to null is left out. */
export function entriesOf<T>(
  value: unknown,
  decode: (field: unknown, name: string) => T | null,
): Readonly<Record<string, T>> {
  const entries: [string, T][] = [];
  for (const [name, field] of Object.entries(objectOf(value))) {
    const decoded = decode(field, name);
    if (decoded !== null) entries.push([name, decoded]);
  }
  // fromEntries, not assignment: a key named __proto__ stays an ordinary key.
  return Object.fromEntries(entries);
}

/** Nanoseconds since the epoch as a moment, to the millisecond; 0 is null. */
export function momentOfNanoseconds(value: unknown): Date | null {
  const nanoseconds = numberOf(value);
  return nanoseconds === null || nanoseconds <= 0 ? null : validDate(nanoseconds / 1e6);
}

/** An RFC 3339 text as a moment; Go's zero time (year 1) is null. */
export function momentOfText(value: unknown): Date | null {
  const text = textOf(value);
  return text === null || text.startsWith(GO_ZERO_TIME) ? null : validDate(Date.parse(text));
}

/** Nomad's "MB", which are binary, in bytes. */
export function bytesOfMb(value: unknown): number | null {
  const mb = numberOf(value);
  return mb === null ? null : mb * BYTES_PER_MB;
}

function validDate(ms: number): Date | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date;
}
