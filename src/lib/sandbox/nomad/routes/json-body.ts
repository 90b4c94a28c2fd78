import { isRecord } from '../../../json-value.ts';
import { ApiError } from '../api-request.ts';

/** A JSON object whose fields are not validated. */
export type Unchecked = Readonly<Record<string, unknown>>;

/**
 * Parses a request's body as a JSON object.
 *
 * @throws ApiError 400 with the messages of Go's encoding/json
 */
export function readBody(body: string): Unchecked {
  if (body.trim() === '') throw new ApiError(400, 'EOF');
  try {
    const value: unknown = JSON.parse(body);
    if (isRecord(value)) return value;
  } catch {
    throw new ApiError(400, 'invalid character looking for beginning of value');
  }
  throw new ApiError(400, 'json: cannot unmarshal value into Go value');
}

/** Returns a string field, or the default. */
export function text(object: Unchecked, key: string, otherwise = ''): string {
  const value = object[key];
  return typeof value === 'string' ? value : otherwise;
}

/** Returns a number field, or the default. */
export function number(object: Unchecked, key: string, otherwise = 0): number {
  const value = object[key];
  return typeof value === 'number' ? value : otherwise;
}

/** Returns a field with a list of objects, or an empty list. */
export function objects(object: Unchecked, key: string): readonly Unchecked[] {
  const value = object[key];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Returns a field that maps names to strings; null if it is missing. */
export function strings(object: Unchecked, key: string): Readonly<Record<string, string>> | null {
  const value = object[key];
  if (!isRecord(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, String(item)]));
}

/** Returns Go's name for the type of a JSON value, as used in its error messages. */
export function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? `number ${value}` : typeof value;
}
