import type { Masker } from '../../masking.ts';
import { CSV, rawText, TSV, type ValueForm } from '../../terminal/raw-values.ts';
import { type DetailView, eraseTable, type TableView } from '../../terminal/table.ts';
import type { OutputStream } from '../runtime.ts';
import { arrangeTable } from './arrange-table.ts';
import { ValueStream } from './value-stream.ts';

/** The output formats of a result. */
export const FORMATS = ['table', 'wide', 'tsv', 'csv', 'json', 'ndjson', 'yaml'] as const;

/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

/** The options of an {@link Output}. */
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

/** One state of a watched resource. */
export interface Frame<Row> {
  readonly view: TableView<Row>;
  readonly document: unknown;
  /** Text to print instead of the table, in the formats table and wide. */
  readonly text?: string;
}

/** Writes the result to standard output in the requested format, and messages to standard error. */
export class Output {
  readonly #options: OutputOptions;
  /** The length of the progress line on the terminal; 0 if there is none. */
  #progressShown = 0;
  readonly #held: string[] = [];
  /** Whether a YAML document was written, after which the next one needs a separator. */
  #yamlWritten = false;
  #stream: ValueStream | undefined;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** The requested format; default is table on a terminal and TSV otherwise. */
  get format(): Format {
    return this.#options.format ?? (this.#options.stdout.isTTY ? 'table' : 'tsv');
  }

  /** Whether the result is JSON, NDJSON or YAML. */
  get structured(): boolean {
    return ['json', 'ndjson', 'yaml'].includes(this.format);
  }

  /** Whether colours are used on standard output. */
  get color(): boolean {
    return this.#options.color.stdout;
  }

  /** Writes a list. `document` is the result in JSON and YAML. */
  async table<Row>(view: TableView<Row>, document: unknown): Promise<void> {
    if (await this.#document(document, () => rowsOf(document, view.rows))) return;
    await this.#writeTable(this.#arrange(view));
  }

  /**
   * Writes the details of one or more objects. If TSV or CSV was requested, writes the values of
   * the document with their keys. Unlike {@link table}, a pipe does not change the default format
   * to TSV.
   *
   * @param lines the values in NDJSON, one per line
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

  /** Writes raw bytes, such as a log. Resolves when more can be written. */
  async bytes(chunk: Uint8Array | string): Promise<void> {
    await this.#options.stdout.write(chunk);
  }

  /**
   * Starts a list that is printed while it is read: one document, or one value per line (NDJSON).
   *
   * @param endless the list is followed, so that JSON is written as NDJSON: an array would not end
   */
  stream(endless: boolean): ValueStream {
    const lines = this.format === 'ndjson' || (this.format === 'json' && endless);
    const form = this.format === 'yaml' ? 'sequence' : lines ? 'lines' : 'array';
    this.#stream = new ValueStream(form, (text) => this.#write(text));
    return this.#stream;
  }

  /** Completes the streamed list and removes the progress line at the end of the command. */
  async end(failed: boolean): Promise<void> {
    await this.#stream?.end(failed);
    this.endProgress();
  }

  /** Writes one line of NDJSON. */
  async json(value: unknown): Promise<void> {
    await this.#write(`${JSON.stringify(value)}\n`);
  }

  /** Writes a line of a text result. */
  async line(text: string): Promise<void> {
    await this.#write(`${text}\n`);
  }

  /** Writes each state: redrawn on a terminal, one document each with JSON, otherwise one table. */
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

  /** Writes a note to standard error, unless `--quiet` is set. */
  note(text: string): void {
    if (!this.#options.quiet) this.#writeMessage(text);
  }

  /** Writes a warning to standard error, also with `--quiet`. */
  warn(text: string): void {
    this.#writeMessage(`Warning: ${text}`);
  }

  /** Writes the buffered messages. Not called if the command ends with an error. */
  flush(): void {
    for (const text of this.#held.splice(0)) this.#talk(text);
  }

  /**
   * With JSON, an error must be the only text on standard error, so that a program can parse it.
   * Messages are therefore buffered until the end, unless standard error is a terminal.
   */
  #writeMessage(text: string): void {
    if (this.structured && !this.#options.stderr.isTTY) this.#held.push(text);
    else this.#talk(text);
  }

  /** Writes a progress line to standard error. On a terminal, the next line replaces it. */
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

  /** Writes masked text to standard error at once: errors, plans, debug lines. */
  talk(text: string): void {
    this.#talk(text);
  }

  #talk(text: string): void {
    this.endProgress();
    void this.#options.stderr.write(`${this.#options.masker.mask(text)}\n`);
  }

  /** Removes the line of {@link progress}, so that the next text starts on an empty line. */
  endProgress(): void {
    if (this.#progressShown === 0) return;
    // Spaces instead of an escape sequence, for dumb terminals and NO_COLOR.
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
    if (footer.length === 0) return;
    const { wrapLine } = await import('../../terminal/wrap-text.ts');
    const { width } = this.#style();
    await this.#write(`\n${footer.flatMap((line) => wrapLine(line, width)).join('\n')}\n`);
  }

  /** Writes raw values in batches of rows, so that memory does not grow with the list. */
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

/** Returns the lines of NDJSON: the rows in the document, or the document if it has no list. */
function rowsOf(document: unknown, rows: readonly unknown[]): readonly unknown[] {
  if (Array.isArray(document)) return document;
  if (typeof document !== 'object' || document === null) return [document];
  const lists: readonly unknown[][] = Object.values(document).filter(Array.isArray);
  return (
    lists.find((list) => list === rows) ?? (lists.length === 1 ? lists[0] : null) ?? [document]
  );
}

const ROWS_AT_ONCE = 500;
