import stringWidth from 'string-width';
import { renderTable } from './render-table.ts';
import { paint, type Style } from './style.ts';
import type { DetailBlock, DetailView } from './table.ts';
import { wrapLine, wrapText } from './wrap-text.ts';

/** Renders the blocks of a detail view, separated by empty lines. */
export function renderDetail(view: DetailView, style: Style): string {
  const blocks = view.blocks.map((block) => renderBlock(block, style)).filter(Boolean);
  return `${blocks.join('\n\n')}\n`;
}

function renderBlock(block: DetailBlock, style: Style): string {
  const body = renderBody(block, style);
  if (block.title === undefined) return body;
  return `${paint(block.title, 'strong', style.color)}\n${body}`;
}

function renderBody(block: DetailBlock, style: Style): string {
  switch (block.kind) {
    case 'fields': {
      const width = Math.max(0, ...block.fields.map((field) => stringWidth(field.label)));
      return block.fields
        .map(({ label, value, tone }) => {
          const space = ' '.repeat(width - stringWidth(label));
          const shown = wrapValue(value, style.width, width + 2);
          return `${label}${space}  ${paint(shown, tone, style.color)}`;
        })
        .join('\n');
    }
    case 'table': {
      const { table } = block;
      const shown = table.columns.flatMap((column, at) => (column.wide && !style.wide ? [] : [at]));
      const arranged = {
        ...table,
        columns: shown.flatMap((at) => table.columns[at] ?? []),
        rows: table.rows.map((row) => shown.flatMap((at) => row[at] ?? [])),
      };
      const empty = table.rows.length === 0 && table.empty !== undefined;
      const text = empty ? (table.empty ?? '') : renderTable(arranged, style).trimEnd();
      return [text, ...table.footer.flatMap((line) => wrapLine(line, style.width))].join('\n');
    }
    case 'lines':
      return block.lines
        .flatMap((line) => (block.wrap ? wrapLine(line, style.width) : [line]))
        .join('\n');
  }
}

/** Wraps the value of a field below itself; one with lines or long words of its own stays whole. */
function wrapValue(value: string, width: number | undefined, indent: number): string {
  if (width === undefined) return value;
  const room = width - indent;
  if (room < 20 || /\n/.test(value) || value.split(' ').some((word) => word.length > room)) {
    return value;
  }
  return wrapText(value, { width: room }).join(`\n${' '.repeat(indent)}`);
}
