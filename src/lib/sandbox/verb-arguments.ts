import { AdminError } from '../errors.ts';

/** The JSON object of a control API request, with typed access to its fields. */
export class VerbArguments {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @throws AdminError of kind `usage`, code BAD_VERB_ARGUMENTS, unless it is an object */
  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw badArgument('the body must be a JSON object');
    }
    this.#fields = body as Readonly<Record<string, unknown>>;
  }

  /** Returns a required string. */
  text(name: string): string {
    return this.#need(name, this.optionalText(name));
  }

  optionalText(name: string): string | undefined {
    return this.#typed(name, 'string', (value) => typeof value === 'string');
  }

  /** Returns a required number. */
  number(name: string): number {
    return this.#need(name, this.optionalNumber(name));
  }

  optionalNumber(name: string): number | undefined {
    return this.#typed(name, 'number', (value) => typeof value === 'number');
  }

  /** Returns a required boolean. */
  boolean(name: string): boolean {
    return this.#need(
      name,
      this.#typed<boolean>(name, 'boolean', (value) => typeof value === 'boolean'),
    );
  }

  /** Returns a nested object; undefined if it is missing. */
  optionalObject(name: string): VerbArguments | undefined {
    const value = this.#fields[name];
    return value === undefined ? undefined : new VerbArguments(value);
  }

  /** Returns an object of strings; undefined if it is missing. */
  optionalTexts(name: string): Readonly<Record<string, string>> | undefined {
    const object = this.optionalObject(name);
    if (object === undefined) return undefined;
    return Object.fromEntries(object.names.map((key) => [key, object.text(key)]));
  }

  get names(): readonly string[] {
    return Object.keys(this.#fields);
  }

  /** @throws AdminError of kind `usage`, code BAD_VERB_ARGUMENTS, for an unknown field */
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

/** Returns the error for an invalid argument of the control API. */
export function badArgument(message: string): AdminError {
  return new AdminError('usage', message, { code: 'BAD_VERB_ARGUMENTS' });
}
