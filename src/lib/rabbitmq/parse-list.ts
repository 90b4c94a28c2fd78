import { arrayOf, numberOf, objectOf, textOf } from '../json-value.ts';

/** A row of rabbitmqctl's output: a value per column, null if missing. */
export type ListRow = Readonly<Record<string, string | null>>;

/** Lines around the rows: those of rabbitmqctl 3.7 and later, and of earlier versions. */
const TALK = /^(?:Timeout: \S+ seconds|Listing \w+|\.\.\.done|warning:|WARNING\b)/;

/**
 * Parses a list as printed by rabbitmqctl: tab-separated columns with or without a header row
 * (printed by 3.8 and later, unless `--silent`) and status lines around them, or JSON (`--formatter
 * json`). A column missing in a row, as for a queue that is down, is null.
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
    // Older versions separate the columns with spaces if the output is not a terminal.
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

/** Returns the items of a JSON list, ignoring status lines around it; null if there is none. */
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
