import { AdminError } from '../errors.ts';
import type { Masker } from '../masking.ts';
import {
  type Cell,
  type DetailView,
  type ErasedTable,
  eraseTable,
  type TableView,
} from '../terminal/table.ts';
import type { OutputStream } from './runtime.ts';

/** The formats of a result. */
export const FORMATS = ['table', 'wide', 'tsv', 'csv', 'json', 'ndjson', 'yaml'] as const;

/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

/** How results and talk are written. */
export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly format: Format | undefined;
  readonly columns: readonly string[] | undefined;
  readonly sort: string | undefined;
  readonly color: { readonly stdout: boolean; readonly stderr: boolean };
  readonly quiet: boolean;
  readonly masker: Masker;
}

/** One state of something that is watched. */
export interface Frame<Row> {
  readonly view: TableView<Row>;
  readonly document: unknown;
}

/** Writes results to standard output and talk to standard error, in the format that was asked for. */
export class Output {
  readonly #options: OutputOptions;
  #progressShown = false;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** What a list is written as: what was asked for, else a table on a terminal and TSV in a pipe. */
  get format(): Format {
    return this.#options.format ?? (this.#options.stdout.isTTY ? 'table' : 'tsv');
  }

  /** Whether a program will read the result as JSON or YAML. */
  get structured(): boolean {
    return ['json', 'ndjson', 'yaml'].includes(this.format);
  }

  /** Whether standard output is a terminal that shows colours. */
  get color(): boolean {
    return this.#options.color.stdout;
  }

  /** A list. `document` is what JSON and YAML show. */
  async table<Row>(view: TableView<Row>, document: unknown): Promise<void> {
    if (await this.#document(document, () => rowsOf(document))) return;
    const table = this.#arrange(eraseTable(view));
    await this.#writeTable(table);
  }

  /** One thing in detail. */
  async detail(view: DetailView, document: unknown): Promise<void> {
    if (await this.#document(document, () => [document])) return;
    const { renderDetail } = await import('../terminal/render-detail.ts');
    await this.#write(renderDetail(view, this.#style()));
  }

  /** Bytes as they are, such as a log. Resolves when more may be written. */
  async bytes(chunk: Uint8Array | string): Promise<void> {
    await this.#options.stdout.write(chunk);
  }

  /** A line of a stream of JSON values. */
  async json(value: unknown): Promise<void> {
    await this.#write(`${JSON.stringify(value)}\n`);
  }

  /** A line of the result, where the result is text. */
  async line(text: string): Promise<void> {
    await this.#write(`${text}\n`);
  }

  /** Redraws on a terminal; a document per state with JSON; a table per state otherwise. */
  async watch<Row>(frames: AsyncIterable<Frame<Row>>): Promise<void> {
    let first = true;
    for await (const { view, document } of frames) {
      if (this.structured) {
        if (this.format === 'yaml') await this.#document(document, () => []);
        else await this.json(document);
        continue;
      }
      if (this.#options.stdout.isTTY) await this.#write('\u001b[H\u001b[2J');
      else if (!first) await this.#write('\n');
      first = false;
      await this.#writeTable(this.#arrange(eraseTable(view)));
    }
  }

  /** Something worth knowing, on standard error. */
  note(text: string): void {
    if (!this.#options.quiet) this.#talk(text);
  }

  /** Something that may go wrong, on standard error; not silenced by `--quiet`. */
  warn(text: string): void {
    this.#talk(`Warning: ${text}`);
  }

  /** What is going on, on standard error. The next line takes its place on a terminal. */
  progress(text: string): void {
    const { stderr, quiet } = this.#options;
    if (quiet) return;
    if (!stderr.isTTY) {
      this.#talk(text);
      return;
    }
    this.#clearProgress();
    const room = (stderr.columns ?? 80) - 1;
    void stderr.write(this.#options.masker.mask(text).slice(0, room));
    this.#progressShown = true;
  }

  /** Text on standard error as it is, masked: errors, plans, debug lines. */
  talk(text: string): void {
    this.#talk(text);
  }

  #talk(text: string): void {
    this.#clearProgress();
    void this.#options.stderr.write(`${this.#options.masker.mask(text)}\n`);
  }

  #clearProgress(): void {
    if (this.#progressShown) void this.#options.stderr.write('\r\u001b[2K');
    this.#progressShown = false;
  }

  #style() {
    return {
      width: this.#options.stdout.isTTY ? this.#options.stdout.columns : undefined,
      color: this.#options.color.stdout,
      wide: this.format === 'wide',
    };
  }

  async #write(text: string): Promise<void> {
    this.#clearProgress();
    await this.#options.stdout.write(text);
  }

  async #document(document: unknown, rows: () => readonly unknown[]): Promise<boolean> {
    switch (this.format) {
      case 'json':
        await this.#write(`${JSON.stringify(document, null, 2)}\n`);
        return true;
      case 'ndjson':
        for (const row of rows()) await this.json(row);
        return true;
      case 'yaml': {
        const { stringify } = await import('yaml');
        await this.#write(stringify(JSON.parse(JSON.stringify(document))));
        return true;
      }
      default:
        return false;
    }
  }

  async #writeTable(table: ErasedTable): Promise<void> {
    if (this.format === 'tsv' || this.format === 'csv') {
      await this.#write(this.format === 'tsv' ? tsv(table) : csv(table));
      return;
    }
    if (table.rows.length === 0 && table.empty !== undefined) {
      this.note(table.empty);
    } else {
      const { renderTable } = await import('../terminal/render-table.ts');
      await this.#write(renderTable(table, this.#style()));
    }
    if (table.footer.length > 0) await this.#write(`\n${table.footer.join('\n')}\n`);
  }

  #arrange(table: ErasedTable): ErasedTable {
    const { columns, sort } = this.#options;
    let rows = table.rows;
    if (sort !== undefined) {
      const descending = sort.startsWith('-');
      const at = columnIndex(table, descending ? sort.slice(1) : sort);
      const order = descending ? -1 : 1;
      rows = [...rows].sort((a, b) => order * compareCells(a[at], b[at]));
    }
    const shown = columns
      ? columns.map((key) => columnIndex(table, key))
      : table.columns.flatMap((column, at) => (column.wide && this.format === 'table' ? [] : [at]));
    return {
      ...table,
      columns: shown.flatMap((at) => table.columns[at] ?? []),
      rows: rows.map((row) => shown.flatMap((at) => row[at] ?? [])),
    };
  }
}

function rowsOf(document: unknown): readonly unknown[] {
  if (Array.isArray(document)) return document;
  if (typeof document === 'object' && document !== null) {
    const lists = Object.values(document).filter(Array.isArray);
    if (lists.length === 1 && lists[0]) return lists[0];
  }
  return [document];
}

function columnIndex(table: ErasedTable, key: string): number {
  const wanted = key.trim().toLowerCase();
  const at = table.columns.findIndex((column) => column.key.toLowerCase() === wanted);
  if (at !== -1) return at;
  throw new AdminError('usage', `there is no column "${key.trim()}"`, {
    code: 'UNKNOWN_COLUMN',
    hint: `The columns are ${table.columns.map((column) => column.key).join(', ')}.`,
  });
}

function compareCells(a: Cell | undefined, b: Cell | undefined): number {
  const [left, right] = [a?.raw ?? null, b?.raw ?? null];
  if (left === right) return 0;
  // What is not known stands last, whichever way.
  if (left === null) return 1;
  if (right === null) return -1;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : 1;
  return Number(left) - Number(right);
}

function rawText(cell: Cell): string {
  if (cell.raw === null) return '';
  return cell.raw instanceof Date ? cell.raw.toISOString() : String(cell.raw);
}

function tsv(table: ErasedTable): string {
  const escaped = (text: string): string =>
    text.replace(/[\\\t\n\r]/g, (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n' })[c] ?? '\\r');
  return table.rows
    .map((row) => `${row.map((cell) => escaped(rawText(cell))).join('\t')}\n`)
    .join('');
}

function csv(table: ErasedTable): string {
  // A spreadsheet runs cells that begin with these as formulas.
  const inert = (text: string): string =>
    /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  const quote = (text: string): string =>
    /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [
    table.columns.map((column) => quote(column.key)),
    ...table.rows.map((row) => row.map((cell) => quote(inert(rawText(cell))))),
  ];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}
