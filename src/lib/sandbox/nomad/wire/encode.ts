/** A time in nanoseconds since the epoch; null for Go's zero time. */
export class GoTime {
  readonly ns: bigint | null;

  constructor(ns: bigint | null) {
    this.ns = ns;
  }
}

/** A value in Nomad's JSON; `bigint` for integers that a double cannot hold. */
export type Wire =
  | null
  | boolean
  | number
  | bigint
  | string
  | GoTime
  | readonly Wire[]
  | WireObject;

/** A JSON object with its keys in the order of the Go struct. */
export interface WireObject {
  readonly [key: string]: Wire;
}

/** Formats a time as RFC 3339 with only as many fractional digits as needed, as Go does. */
export function rfc3339(ns: bigint): string {
  const seconds = ns / 1_000_000_000n;
  const fraction = String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return fraction === '' ? `${whole}Z` : `${whole}.${fraction}Z`;
}

/**
 * Serializes JSON as Nomad's HTTP API does: struct fields in alphabetical order, zero times as
 * null.
 */
export function encode(value: Wire): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof GoTime) return value.ns === null ? 'null' : `"${rfc3339(value.ns)}"`;
  if (isList(value)) return `[${value.map(encode).join(',')}]`;
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${encode(value[key] ?? null)}`);
  return `{${fields.join(',')}}`;
}

/**
 * Serializes JSON as Go's encoding/json and the event stream do: in struct order, with HTML
 * escaped.
 */
export function encodeGo(value: Wire): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return goString(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof GoTime) {
    return `"${value.ns === null ? '0001-01-01T00:00:00Z' : rfc3339(value.ns)}"`;
  }
  if (isList(value)) return `[${value.map(encodeGo).join(',')}]`;
  const fields = Object.entries(value).map(([key, field]) => `${goString(key)}:${encodeGo(field)}`);
  return `{${fields.join(',')}}`;
}

/**
 * Removes the empty fields of a struct, as Nomad does for full allocations and evaluations. Nested
 * structs keep theirs.
 */
export function omitEmpty(value: WireObject): WireObject {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => !isEmpty(field)));
}

/** Indents JSON text without parsing its numbers. */
export function indentJson(json: string, indent = '    '): string {
  let text = '';
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const char = json[at] ?? '';
    if (char === '"') {
      let end = at + 1;
      while (json[end] !== '"') end += json[end] === '\\' ? 2 : 1;
      text += json.slice(at, end + 1);
      at = end;
    } else if (char === '{' || char === '[') {
      const closing = json[at + 1];
      if (closing === '}' || closing === ']') {
        text += char + closing;
        at += 1;
      } else {
        depth += 1;
        text += `${char}\n${indent.repeat(depth)}`;
      }
    } else if (char === '}' || char === ']') {
      depth -= 1;
      text += `\n${indent.repeat(depth)}${char}`;
    } else if (char === ',') text += `,\n${indent.repeat(depth)}`;
    else text += char === ':' ? ': ' : char;
  }
  return text;
}

function isEmpty(value: Wire): boolean {
  if (value === null || value === '' || value === 0 || value === 0n || value === false) return true;
  if (typeof value !== 'object') return false;
  if (value instanceof GoTime) return value.ns === null;
  return isList(value) ? value.length === 0 : Object.keys(value).length === 0;
}

function isList(value: readonly Wire[] | WireObject): value is readonly Wire[] {
  return Array.isArray(value);
}

function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
