/**
 * Readers for JSON from external services. A field that is missing, null or of an unexpected type
 * is read as null, because servers of four major versions are supported and no response may crash a
 * command.
 */

const BYTES_PER_MB = 1024 * 1024;
/** The date of Go's zero time, which stands for a time that was never set. */
const GO_ZERO_TIME = '0001-01-01';

/** A JSON object whose fields have not been validated. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Returns whether a value is an object other than null or an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the value if it is an object and not an array, otherwise null. */
export function objectOrNull(value: unknown): JsonObject | null {
  return isRecord(value) ? value : null;
}

/** Returns the value if it is an object and not an array, otherwise an empty object. */
export function objectOf(value: unknown): JsonObject {
  return objectOrNull(value) ?? {};
}

/** Returns the value if it is an array, otherwise an empty array. */
export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns the value if it is a string, otherwise null; also null for '', Go's unset string. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Returns the value if it is a finite number, otherwise null. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Returns the value if it is one of `words`, otherwise null. */
export function wordOf<Word extends string>(value: unknown, words: readonly Word[]): Word | null {
  return words.find((word) => word === value) ?? null;
}

/** Returns the string-valued entries of an object. */
export function textsOf(value: unknown): Readonly<Record<string, string>> {
  return entriesOf(value, (field) => (typeof field === 'string' ? field : null));
}

/** Returns the entries of an object that are finite numbers. */
export function numbersOf(value: unknown): Readonly<Record<string, number>> {
  return entriesOf(value, numberOf);
}

/** Decodes each value of an object and omits those that decode to null. */
export function entriesOf<T>(
  value: unknown,
  decode: (field: unknown, name: string) => T | null,
): Readonly<Record<string, T>> {
  const entries: [string, T][] = [];
  for (const [name, field] of Object.entries(objectOf(value))) {
    const decoded = decode(field, name);
    if (decoded !== null) entries.push([name, decoded]);
  }
  // Object.fromEntries keeps a key named __proto__ as an ordinary key; assignment would not.
  return Object.fromEntries(entries);
}

/** Converts nanoseconds since the epoch to a date; null for 0 and for negative values. */
export function momentOfNanoseconds(value: unknown): Date | null {
  const nanoseconds = numberOf(value);
  return nanoseconds === null || nanoseconds <= 0 ? null : validDate(nanoseconds / 1e6);
}

/** Parses an RFC 3339 timestamp; null for Go's zero time (year 1). */
export function momentOfText(value: unknown): Date | null {
  const text = textOf(value);
  return text === null || text.startsWith(GO_ZERO_TIME) ? null : validDate(Date.parse(text));
}

/** Converts Nomad's "MB", which are 1024 * 1024 bytes, to bytes. */
export function bytesOfMb(value: unknown): number | null {
  const mb = numberOf(value);
  return mb === null ? null : mb * BYTES_PER_MB;
}

function validDate(ms: number): Date | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date;
}
