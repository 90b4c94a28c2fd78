/** How a cell stands out where colour is on. Colour carries meaning only. */
export type Tone = 'good' | 'warning' | 'bad' | 'quiet' | 'strong';

/** A value as it is: what JSON, TSV and CSV show. */
export type RawCell = string | number | boolean | Date | null;

/** A column: its raw value, and how people read it. */
export interface Column<Row> {
  /** camelCase name, for `--columns` and `--sort`. */
  readonly key: string;
  /** Header; the key in capitals where it is left out. */
  readonly title?: string;
  readonly value: (row: Row) => RawCell;
  /** What a terminal shows; the raw value where it is left out, `-` for null. */
  readonly text?: (row: Row) => string;
  readonly tone?: (row: Row) => Tone | undefined;
  readonly align?: 'left' | 'right';
  /** Shown by `--output wide` only. */
  readonly wide?: boolean;
  /** May be cut at the terminal's width, or broken into lines; the widest such column gives way first. */
  readonly flexible?: boolean | 'wrapped';
}

/** A list for people: columns, rows and what is said below them. */
export interface TableView<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Lines below the table, on a terminal only. */
  readonly footer?: readonly string[];
  /** Said on standard error instead of a table without rows. */
  readonly empty?: string;
}

/** A key and its value, for one thing in detail. */
export interface Field {
  readonly label: string;
  readonly value: string;
  readonly tone?: Tone;
}

/** One thing in detail: titled blocks of fields, tables and lines. */
export interface DetailView {
  readonly blocks: readonly DetailBlock[];
}

/** A part of a {@link DetailView}. */
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
      /** Broken at the terminal's width; lines that begin with a blank are left whole. */
      readonly wrap?: boolean;
    };

/** A table of whatever row type, made by {@link eraseTable}. */
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

/** A cell both ways. */
export interface Cell {
  readonly raw: RawCell;
  readonly text: string;
  readonly tone: Tone | undefined;
}

/** Works out every cell, so that tables of different rows fit into one list. */
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
