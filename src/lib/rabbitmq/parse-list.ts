import { arrayOf, numberOf, objectOf, textOf } from '../json-value.ts';

/** A row of what rabbitmqctl lists: a value for each column, null where it does not say. */
export type ListRow = Readonly<Record<string, string | null>>;

/** What stands around the rows: of rabbitmqctl 3.7 and later, and of those before. */
const TALK = /^(?:Timeout: \S+ seconds|Listing \w+|\.\.\.done|warning:|WARNING\b)/;

/**
 * Reads a list as rabbitmqctl prints it: columns by tabs, with or without the row of headers (3.8
 * and later print it, unless `--silent`) and the talk around it, or as JSON (`--formatter json`).
 * A column that a row does not have, as one of a queue that is down, is null.
 */
export function parseList(output: string, columns: readonly string[]): readonly ListRow[] {
  const json = jsonOf(output);
  if (json !== null) {
    return json.map((item) => {
      const fields = objectOf(item);
      return rowOf(columns, (name) => textOf(fields[name]) ?? numberOf(fields[name])?.toString());
    });
  }
  const rows: ListRow[] = [];
  for (const line of output.split(/\r?\n/)) {
    if (line.trim() === '' || TALK.test(line)) continue;
    const values = line.split('\t');
    if (columns.every((name, at) => values[at]?.trim() === name)) continue;
    // Older ones part the columns by blanks where nobody reads along.
    const cut = values.length === 1 && columns.length > 1 ? line.trim().split(/\s+/) : values;
    rows.push(rowOf(columns, (_, at) => cut[at]));
  }
  return rows;
}

function rowOf(
  columns: readonly string[],
  value: (name: string, at: number) => string | undefined,
): ListRow {
  return Object.fromEntries(columns.map((name, at) => [name, value(name, at)?.trim() || null]));
}

/** The items of a JSON list that may have talk around it; null where it is none. */
function jsonOf(output: string): readonly unknown[] | null {
  const begin = output.search(/^\[/m);
  const end = output.lastIndexOf(']');
  if (begin === -1 || end < begin) return null;
  try {
    return arrayOf(JSON.parse(output.slice(begin, end + 1)));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
