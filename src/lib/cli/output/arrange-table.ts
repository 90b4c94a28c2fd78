import { AdminError } from '../../errors.ts';
import { compareValues } from '../../terminal/raw-values.ts';
import type { Column, TableView } from '../../terminal/table.ts';

/** The visible columns of a table and the order of its rows. */
export interface Arrangement {
  /** The keys of the columns; undefined for all, without the wide ones unless `wide` is set. */
  readonly columns: readonly string[] | undefined;
  /** The key of a column, with a `-` in front for descending order. */
  readonly sort: string | undefined;
  /** Whether to show the wide columns. */
  readonly wide: boolean;
}

/**
 * Returns the table with the requested columns and order.
 *
 * @throws AdminError of kind `usage`, code UNKNOWN_COLUMN
 */
export function arrangeTable<Row>(view: TableView<Row>, arrangement: Arrangement): TableView<Row> {
  const columns = arrangement.columns
    ? arrangement.columns.map((key) => findColumn(view, key))
    : view.columns.filter((column) => !column.wide || arrangement.wide);
  if (arrangement.sort === undefined) return { ...view, columns };
  const descending = arrangement.sort.startsWith('-');
  const { value } = findColumn(view, descending ? arrangement.sort.slice(1) : arrangement.sort);
  const compare = (a: Row, b: Row): number => compareValues(value(a), value(b), descending);
  return { ...view, columns, rows: [...view.rows].sort(compare) };
}

function findColumn<Row>(view: TableView<Row>, key: string): Column<Row> {
  const wanted = key.trim().toLowerCase();
  const found = view.columns.find((column) => column.key.toLowerCase() === wanted);
  if (found) return found;
  throw new AdminError('usage', `There is no column "${key.trim()}"`, {
    code: 'UNKNOWN_COLUMN',
    hint: `The columns are ${view.columns.map((column) => column.key).join(', ')}.`,
  });
}
