import type { Masker } from '../../masking.ts';
import { CSV, rawText, TSV, type ValueForm } from '../../terminal/raw-values.ts';
import { type DetailView, eraseTable, type TableView } from '../../terminal/table.ts';
import type { OutputStream } from '../runtime.ts';
import { arrangeTable } from './arrange-table.ts';
import { ValueStream } from './value-stream.ts';

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
  /** Whether standard output is a terminal whose screen can be cleared. */
  readonly redraws: boolean;
  readonly masker: Masker;
}

/** One state of something that is watched. */
export interface Frame<Row> {
  readonly view: TableView<Row>;
  readonly document: unknown;
  /** What people read in place of the table. */
  readonly text?: string;
}

/** Writes results to standard output and talk to standard error, in the format that was asked for. */
export class Output {
  readonly #options: OutputOptions;
  /** Length of the line that is written over next; 0 where there is none. */
  #progressShown = 0;
  readonly #held: string[] = [];
  /** A second document of YAML has to be set apart from the first. */
  #yamlWritten = false;
  #stream: ValueStream | undefined;

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
    if (await this.#document(document, () => rowsOf(document, view.rows))) return;
    await this.#writeTable(this.#arrange(view));
  }

  /**
   * One thing in detail, or several. With TSV or CSV that was asked for, the document's values are
   * printed, each with its key; a pipe alone does not make them of it.
   *
   * @param lines what NDJSON shows, one on each line
   */
  async detail(
    view: DetailView,
    document: unknown,
    lines: readonly unknown[] = [document],
  ): Promise<void> {
    if (await this.#document(document, () => lines)) return;
    const { format } = this.#options;
    if (format === 'tsv' || format === 'csv') {
      const { valueTable } = await import('./value-table.ts');
      return this.#writeTable(valueTable(document));
    }
    const { renderDetail } = await import('../../terminal/render-detail.ts');
    await this.#write(renderDetail(view, this.#style()));
  }

  /** Bytes as they are, such as a log. Resolves when more may be written. */
  async bytes(chunk: Uint8Array | string): Promise<void> {
    await this.#options.stdout.write(chunk);
  }

  /**
   * A list that is printed as it comes: one document, or one value a line with NDJSON.
   *
   * @param endless it is followed: a document of JSON would never be whole
   */
  stream(endless: boolean): ValueStream {
    const lines = this.format === 'ndjson' || (this.format === 'json' && endless);
    const form = this.format === 'yaml' ? 'sequence' : lines ? 'lines' : 'array';
    this.#stream = new ValueStream(form, (text) => this.#write(text));
    return this.#stream;
  }

  /** The command ends: what is printed as it comes is made whole. */
  async end(failed: boolean): Promise<void> {
    await this.#stream?.end(failed);
    this.endProgress();
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
    for await (const { view, document, text } of frames) {
      if (this.structured) {
        if (this.format === 'yaml') await this.#document(document, () => []);
        else await this.json(document);
        continue;
      }
      if (this.#options.redraws) await this.#write('\u001b[H\u001b[2J');
      else if (!first) await this.#write('\n');
      first = false;
      const forPeople = this.format === 'table' || this.format === 'wide';
      if (text !== undefined && forPeople) await this.#write(text);
      else await this.#writeTable(this.#arrange(view));
    }
  }

  /** Something worth knowing, on standard error. */
  note(text: string): void {
    if (!this.#options.quiet) this.#say(text);
  }

  /** Something that may go wrong, on standard error; not silenced by `--quiet`. */
  warn(text: string): void {
    this.#say(`Warning: ${text}`);
  }

  /** Says what was held back; left out where the command ends with an error instead. */
  flush(): void {
    for (const text of this.#held.splice(0)) this.#talk(text);
  }

  /**
   * With JSON an error stands alone on standard error, so that a program can parse it: what is said
   * before the end waits for it. Somebody who watches on a terminal is told at once.
   */
  #say(text: string): void {
    if (this.structured && !this.#options.stderr.isTTY) this.#held.push(text);
    else this.#talk(text);
  }

  /** What is going on, on standard error. The next line takes its place on a terminal. */
  progress(text: string): void {
    const { stderr, quiet } = this.#options;
    if (quiet) return;
    if (!stderr.isTTY) {
      if (!this.structured) this.#talk(text);
      return;
    }
    this.endProgress();
    const room = (stderr.columns ?? 80) - 1;
    const line = this.#options.masker.mask(text).slice(0, room);
    void stderr.write(line);
    this.#progressShown = line.length;
  }

  /** Text on standard error as it is, masked: errors, plans, debug lines. */
  talk(text: string): void {
    this.#talk(text);
  }

  #talk(text: string): void {
    this.endProgress();
    void this.#options.stderr.write(`${this.#options.masker.mask(text)}\n`);
  }

  /** Takes away what {@link progress} shows: what comes next has a line of its own. */
  endProgress(): void {
    if (this.#progressShown === 0) return;
    // Blanks, and no escape sequence: a dumb terminal knows none, and NO_COLOR wants none.
    void this.#options.stderr.write(`\r${' '.repeat(this.#progressShown)}\r`);
    this.#progressShown = 0;
  }

  #style() {
    return {
      width: this.#options.stdout.isTTY ? this.#options.stdout.columns : undefined,
      color: this.#options.color.stdout,
      wide: this.format === 'wide',
    };
  }

  async #write(text: string): Promise<void> {
    this.endProgress();
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
        if (this.#yamlWritten) await this.#write('---\n');
        this.#yamlWritten = true;
        await this.#write(stringify(JSON.parse(JSON.stringify(document))));
        return true;
      }
      default:
        return false;
    }
  }

  async #writeTable<Row>(view: TableView<Row>): Promise<void> {
    if (this.format === 'tsv' || this.format === 'csv') {
      await this.#writeValues(view, this.format === 'tsv' ? TSV : CSV);
      return;
    }
    if (view.rows.length === 0 && view.empty !== undefined) {
      this.note(view.empty);
    } else {
      const { renderTable } = await import('../../terminal/render-table.ts');
      await this.#write(renderTable(eraseTable(view), this.#style()));
    }
    const { footer = [] } = view;
    if (footer.length > 0) await this.#write(`\n${footer.join('\n')}\n`);
  }

  /** Raw values, some rows at a time: thousands of clients are never one table of cells. */
  async #writeValues<Row>({ columns, rows }: TableView<Row>, form: ValueForm): Promise<void> {
    if (form.header) await this.#write(form.line(columns.map((column) => column.key)));
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const lines = rows
        .slice(from, from + ROWS_AT_ONCE)
        .map((row) => form.line(columns.map((column) => rawText(column.value(row)))));
      await this.#write(lines.join(''));
    }
  }

  #arrange<Row>(view: TableView<Row>): TableView<Row> {
    const { columns, sort } = this.#options;
    return arrangeTable(view, { columns, sort, wide: this.format !== 'table' });
  }
}

/** What NDJSON shows of a list: the rows as the document has them; all of it where it has no such list. */
function rowsOf(document: unknown, rows: readonly unknown[]): readonly unknown[] {
  if (Array.isArray(document)) return document;
  if (typeof document !== 'object' || document === null) return [document];
  const lists: readonly unknown[][] = Object.values(document).filter(Array.isArray);
  return (
    lists.find((list) => list === rows) ?? (lists.length === 1 ? lists[0] : null) ?? [document]
  );
}

const ROWS_AT_ONCE = 500;
