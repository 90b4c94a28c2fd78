import type { RawCell } from './table.ts';

/** How raw values stand in a line. */
export interface ValueForm {
  readonly header: boolean;
  readonly line: (values: readonly string[]) => string;
}

/** Tab-separated, without a header: for cut and awk. */
export const TSV: ValueForm = {
  header: false,
  line: (values) => `${values.map(escapeTabs).join('\t')}\n`,
};

/** Comma-separated as RFC 4180 has it, with a header: for spreadsheets. */
export const CSV: ValueForm = {
  header: true,
  line: (values) => `${values.map((value) => quote(inert(value))).join(',')}\r\n`,
};

/** Whether one raw value stands before another: negative, positive, or 0. */
export function compareValues(left: RawCell, right: RawCell, descending: boolean): number {
  if (left === right) return 0;
  // What is not known stands last, whichever way.
  if (left === null) return 1;
  if (right === null) return -1;
  const order = descending ? -1 : 1;
  // A column of mixed values, such as those of settings, sorts as the texts that it shows.
  if (typeof left !== typeof right || typeof left === 'string') {
    return rawText(left) < rawText(right) ? -order : order;
  }
  return order * (Number(left) - Number(right));
}

/** A raw value as text; empty for what is not known. */
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

/** A spreadsheet would run a cell that begins like a formula. */
function inert(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
}

function quote(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
