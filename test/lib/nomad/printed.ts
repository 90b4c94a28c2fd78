import { renderTable } from '../../../src/lib/terminal/render-table.ts';
import { eraseTable, type TableView } from '../../../src/lib/terminal/table.ts';

/**
 * Prints a table and its footer as on a terminal of 80 columns, without colours and wide columns.
 */
export function printed<Row>(view: TableView<Row>): readonly string[] {
  const columns = view.columns.filter((column) => !column.wide);
  const style = { width: 80, color: false, wide: false };
  const text = renderTable(eraseTable({ ...view, columns }), style);
  return [...text.trimEnd().split('\n'), ...(view.footer ?? [])];
}
