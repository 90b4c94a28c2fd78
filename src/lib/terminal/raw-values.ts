import type { RawCell } from './table.ts';

/** A line format for raw values. */
export interface ValueForm {
  readonly header: boolean;
  readonly line: (values: readonly string[]) => string;
}

/** Tab-separated values without a header, for cut and awk. */
export const TSV: ValueForm = {
  header: false,
  line: (values) => `${values.map(escapeTabs).join('\t')}\n`,
};

/** Comma-separated values (RFC 4180) with a header, for spreadsheets. */
export const CSV: ValueForm = {
  header: true,
  line: (values) => `${values.map((value) => quote(withoutFormula(value))).join(',')}\r\n`,
};

/**
 * Compares two raw values for sorting: negative if `left` comes first, positive if `right` does.
 */
export function compareValues(left: RawCell, right: RawCell, descending: boolean): number {
  if (left === right) return 0;
  // Unknown values are last in either direction.
  if (left === null) return 1;
  if (right === null) return -1;
  const order = descending ? -1 : 1;
  // A column of mixed types, such as the values of settings, is sorted by its text.
  if (typeof left !== typeof right || typeof left === 'string') {
    return rawText(left) < rawText(right) ? -order : order;
  }
  return order * (Number(left) - Number(right));
}

/** Returns a raw value as text; empty for null. */
export function rawText(raw: RawCell): string {
  if (raw === null) return '';
  return raw instanceof Date ? raw.toISOString() : String(raw);
}

function escapeTabs(text: string): string {
  return text.replace(
    /[\\\t\n\r]/g,
    (character) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n' })[character] ?? '\\r',
  );
}

/** Prefixes a quote to text that a spreadsheet would evaluate as a formula. */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
}

function quote(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
