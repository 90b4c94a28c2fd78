/** The form of a streamed list: a JSON array, one value per line, or a YAML sequence. */
export type StreamForm = 'array' | 'lines' | 'sequence';

/** Writes a list of any length value by value. */
export class ValueStream {
  readonly #form: StreamForm;
  readonly #write: (text: string) => Promise<void>;
  #count = 0;

  constructor(form: StreamForm, write: (text: string) => Promise<void>) {
    this.#form = form;
    this.#write = write;
  }

  /** Writes more values. */
  async push(values: readonly unknown[]): Promise<void> {
    const text = values.map((value) => this.#item(JSON.stringify(value))).join('');
    if (text !== '') await this.#write(text);
  }

  /**
   * Completes the list.
   *
   * @param failed whether an error ended the list; an empty list is then not written
   */
  async end(failed: boolean): Promise<void> {
    if (this.#form === 'lines' || (failed && this.#count === 0)) return;
    if (this.#count === 0) await this.#write('[]\n');
    else if (this.#form === 'array') await this.#write('\n]\n');
  }

  #item(json: string): string {
    this.#count += 1;
    if (this.#form === 'lines') return `${json}\n`;
    // JSON is valid YAML.
    if (this.#form === 'sequence') return `- ${json}\n`;
    return this.#count === 1 ? `[\n${json}` : `,\n${json}`;
  }
}
