import Table from 'cli-table3';
import stringWidth from 'string-width';
import { paint, type Style } from './style.ts';
import type { ErasedTable } from './table.ts';
import { wrapText } from './wrap-text.ts';

const GAP = 2;
/** The minimum width of a flexible column that is truncated. */
const MIN_WIDTH = 8;
/** The minimum width of a flexible column that is wrapped. */
const MIN_WRAPPED_WIDTH = 20;

/** Rows per cli-table3 call. Its time is quadratic: 50,000 rows in one call take four minutes. */
const ROWS_AT_ONCE = 50;

/** Replaces the border characters of cli-table3 by nothing, as kubectl and the nomad CLI do. */
const NO_FRAME = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((part) => [part, '']),
);

/**
 * Renders a table like kubectl and the nomad CLI: no borders, two spaces between columns. If the
 * terminal is too narrow, the widest flexible column is reduced first.
 */
export function renderTable(table: ErasedTable, style: Style): string {
  const widths = columnWidths(table, style.width);
  const cellText = (text: string, at: number): string => {
    const line = oneLine(text);
    if (table.columns[at]?.flexible !== 'wrapped') return line;
    return wrapText(line, { width: widths[at] }).join('\n');
  };
  const rows = [
    table.columns.map((column) => paint(column.title, 'strong', style.color)),
    ...table.rows.map((row) =>
      row.map((cell, at) => paint(cellText(cell.text, at), cell.tone, style.color)),
    ),
  ];
  let text = '';
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const rendered = new Table({
      chars: NO_FRAME,
      style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
      colWidths: widths.map((width) => width + GAP),
      colAligns: table.columns.map((column) => column.align),
      truncate: '…',
    });
    rendered.push(...rows.slice(at, at + ROWS_AT_ONCE));
    for (const line of rendered.toString().split('\n')) text += `${line.trimEnd()}\n`;
  }
  return text;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ');
}

function columnWidths(table: ErasedTable, room: number | undefined): number[] {
  const widths = table.columns.map((column, at) =>
    table.rows.reduce(
      (widest, row) => Math.max(widest, stringWidth(oneLine(row[at]?.text ?? ''))),
      stringWidth(column.title),
    ),
  );
  if (room === undefined) return widths;
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1) - room;
  for (; excess > 0; excess -= 1) {
    const widest = widestFlexible(table, widths);
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function widestFlexible(table: ErasedTable, widths: readonly number[]): number | undefined {
  let best: number | undefined;
  for (const [at, column] of table.columns.entries()) {
    const width = widths[at] ?? 0;
    const narrowest = column.flexible === 'wrapped' ? MIN_WRAPPED_WIDTH : MIN_WIDTH;
    if (!column.flexible || width <= narrowest) continue;
    if (best === undefined || width > (widths[best] ?? 0)) best = at;
  }
  return best;
}
