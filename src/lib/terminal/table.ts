/** The meaning of a text, which decides its colour. Colours are not used for decoration. */
export type Tone = 'good' | 'warning' | 'bad' | 'quiet' | 'strong';

/** An unformatted value, for JSON, TSV and CSV. */
export type RawCell = string | number | boolean | Date | null;

/** A table column: its raw value and how a terminal displays it. */
export interface Column<Row> {
  /** The name in camelCase, for `--columns` and `--sort`. */
  readonly key: string;
  /** The header; default is the key in capitals. */
  readonly title?: string;
  readonly value: (row: Row) => RawCell;
  /** The text on a terminal; default is the raw value, or `-` for null. */
  readonly text?: (row: Row) => string;
  readonly tone?: (row: Row) => Tone | undefined;
  readonly align?: 'left' | 'right';
  /** Whether the column is shown only by `--output wide`. */
  readonly wide?: boolean;
  /**
   * Whether the column may be truncated (true) or wrapped to fit the terminal. The widest flexible
   * column is reduced first.
   */
  readonly flexible?: boolean | 'wrapped';
}

/** A table for display: columns, rows and the lines below them. */
export interface TableView<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Lines below the table, shown only on a terminal. */
  readonly footer?: readonly string[];
  /** The message printed to standard error if there are no rows. */
  readonly empty?: string;
}

/** A labelled value in a {@link DetailView}. */
export interface Field {
  readonly label: string;
  readonly value: string;
  readonly tone?: Tone;
}

/** The details of one object: titled blocks of fields, tables and lines. */
export interface DetailView {
  readonly blocks: readonly DetailBlock[];
}

/** A block of a {@link DetailView}. */
export type DetailBlock =
  | { readonly kind: 'fields'; readonly title?: string; readonly fields: readonly Field[] }
  | {
      readonly kind: 'table';
      readonly title?: string;
      readonly table: ErasedTable;
    }
  | {
      readonly kind: 'lines';
      readonly title?: string;
      readonly lines: readonly string[];
      /**
       * Whether to wrap lines at the terminal's width; lines that start with a space stay whole.
       */
      readonly wrap?: boolean;
    };

/** A table without its row type, made by {@link eraseTable}. */
export interface ErasedTable {
  readonly columns: readonly {
    readonly key: string;
    readonly title: string;
    readonly align: 'left' | 'right';
    readonly wide: boolean;
    readonly flexible: boolean | 'wrapped';
  }[];
  readonly rows: readonly (readonly Cell[])[];
  readonly footer: readonly string[];
  readonly empty: string | undefined;
}

/** The raw value and the displayed text of a cell. */
export interface Cell {
  readonly raw: RawCell;
  readonly text: string;
  readonly tone: Tone | undefined;
}

/** Computes all cells and drops the row type, so that different tables can share one list. */
export function eraseTable<Row>(view: TableView<Row>): ErasedTable {
  return {
    columns: view.columns.map((column) => ({
      key: column.key,
      title: column.title ?? column.key.toUpperCase(),
      align: column.align ?? 'left',
      wide: column.wide ?? false,
      flexible: column.flexible ?? false,
    })),
    rows: view.rows.map((row) =>
      view.columns.map((column) => {
        const raw = column.value(row);
        return { raw, text: column.text?.(row) ?? rawText(raw), tone: column.tone?.(row) };
      }),
    ),
    footer: view.footer ?? [],
    empty: view.empty,
  };
}

function rawText(raw: RawCell): string {
  if (raw === null) return '-';
  return raw instanceof Date ? raw.toISOString() : String(raw);
}
