/** How the values of a list are set apart: an array of JSON, one a line, a sequence of YAML. */
export type StreamForm = 'array' | 'lines' | 'sequence';

/** A list whose values are printed as they come, however many. */
export class ValueStream {
  readonly #form: StreamForm;
  readonly #write: (text: string) => Promise<void>;
  #count = 0;

  constructor(form: StreamForm, write: (text: string) => Promise<void>) {
    this.#form = form;
    this.#write = write;
  }

  /** Prints more values. */
  async push(values: readonly unknown[]): Promise<void> {
    const text = values.map((value) => this.#item(JSON.stringify(value))).join('');
    if (text !== '') await this.#write(text);
  }

  /**
   * No value follows.
   *
   * @param failed an error ended it: without a value it was no list
   */
  async end(failed: boolean): Promise<void> {
    if (this.#form === 'lines' || (failed && this.#count === 0)) return;
    if (this.#count === 0) await this.#write('[]\n');
    else if (this.#form === 'array') await this.#write('\n]\n');
  }

  #item(json: string): string {
    this.#count += 1;
    if (this.#form === 'lines') return `${json}\n`;
    // YAML takes JSON for a value.
    if (this.#form === 'sequence') return `- ${json}\n`;
    return this.#count === 1 ? `[\n${json}` : `,\n${json}`;
  }
}
