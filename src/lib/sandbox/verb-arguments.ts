import { AdminError } from '../errors.ts';

/** The JSON object that comes with a request to the control API, read field by field. */
export class VerbArguments {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @throws AdminError of kind `usage`, code BAD_VERB_ARGUMENTS, for anything but an object */
  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw badArgument('the body must be a JSON object');
    }
    this.#fields = body as Readonly<Record<string, unknown>>;
  }

  /** A text that has to be there. */
  text(name: string): string {
    return this.#need(name, this.optionalText(name));
  }

  optionalText(name: string): string | undefined {
    return this.#typed(name, 'string', (value) => typeof value === 'string');
  }

  /** A number that has to be there. */
  number(name: string): number {
    return this.#need(name, this.optionalNumber(name));
  }

  optionalNumber(name: string): number | undefined {
    return this.#typed(name, 'number', (value) => typeof value === 'number');
  }

  /** A boolean that has to be there. */
  boolean(name: string): boolean {
    return this.#need(
      name,
      this.#typed<boolean>(name, 'boolean', (value) => typeof value === 'boolean'),
    );
  }

  /** A part that is an object itself; undefined where it is left out. */
  optionalObject(name: string): VerbArguments | undefined {
    const value = this.#fields[name];
    return value === undefined ? undefined : new VerbArguments(value);
  }

  /** Texts by name; undefined where it is left out. */
  optionalTexts(name: string): Readonly<Record<string, string>> | undefined {
    const object = this.optionalObject(name);
    if (object === undefined) return undefined;
    return Object.fromEntries(object.names.map((key) => [key, object.text(key)]));
  }

  get names(): readonly string[] {
    return Object.keys(this.#fields);
  }

  /** @throws AdminError of kind `usage`, code BAD_VERB_ARGUMENTS, for a field of another name */
  only(...known: readonly string[]): this {
    const strange = this.names.find((name) => !known.includes(name));
    if (strange === undefined) return this;
    throw badArgument(`there is no argument "${strange}"; there are ${known.join(', ') || 'none'}`);
  }

  #need<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw badArgument(`the argument "${name}" is missing`);
    return value;
  }

  #typed<T>(name: string, type: string, check: (value: unknown) => boolean): T | undefined {
    const value = this.#fields[name];
    if (value === undefined) return undefined;
    if (!check(value)) throw badArgument(`the argument "${name}" must be a ${type}`);
    return value as T;
  }
}

/** An argument of the control API that cannot be used. */
export function badArgument(message: string): AdminError {
  return new AdminError('usage', message, { code: 'BAD_VERB_ARGUMENTS' });
}
