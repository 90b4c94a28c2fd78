/** A value in the printed form of Clojure (EDN). */
export type Edn =
  | null
  | boolean
  | number
  | string
  | { readonly kind: 'keyword'; readonly name: string }
  | { readonly kind: 'list' | 'vector' | 'set'; readonly items: readonly Edn[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Edn, Edn])[] }
  /** Anything else, as printed: symbols, characters, `#object[...]`, dates, ratios. */
  | { readonly kind: 'raw'; readonly text: string };

/** The maximum nesting depth; protects the recursive parser from a stack overflow. */
const MAX_DEPTH = 200;

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The text is incomplete, or is not EDN. */
export class EdnError extends Error {}

/**
 * Parses one printed value. Nothing is evaluated.
 *
 * @throws EdnError
 */
export function parseEdn(text: string): Edn {
  const reader = new EdnReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** Returns the value of a keyword in a map, such as `:login`; undefined if it is missing. */
export function ednKey(map: Edn, name: string): Edn | undefined {
  if (map === null || typeof map !== 'object' || map.kind !== 'map') return undefined;
  return map.entries.find(
    ([key]) =>
      key !== null && typeof key === 'object' && key.kind === 'keyword' && key.name === name,
  )?.[1];
}

/** Returns the items of a list, vector or set; null for any other value. */
export function ednItems(value: Edn): readonly Edn[] | null {
  if (value === null || typeof value !== 'object') return null;
  return 'items' in value ? value.items : null;
}

class EdnReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Throws if anything but whitespace or comments follows. */
  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw new EdnError(`more follows at ${this.#at}`);
  }

  value(depth: number): Edn {
    this.#skip();
    if (depth > MAX_DEPTH) throw new EdnError('nested too deep');
    const character = this.#text[this.#at];
    if (character === undefined) throw new EdnError('the text ends early');
    if (character === '"') return this.#string();
    if (character === '(') return { kind: 'list', items: this.#items(depth) };
    if (character === '[') return { kind: 'vector', items: this.#items(depth) };
    if (character === '{') return this.#map(depth);
    if (character === '#') return this.#dispatch(depth);
    if (character === '\\') return { kind: 'raw', text: this.#word(2) };
    if (/[)\]}]/.test(character)) throw new EdnError(`${character} at ${this.#at} closes nothing`);
    return atom(this.#word(1));
  }

  #items(depth: number): readonly Edn[] {
    const closing = CLOSING[this.#text[this.#at] ?? ''];
    this.#at += 1;
    const items: Edn[] = [];
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] === closing) break;
      items.push(this.value(depth + 1));
    }
    this.#at += 1;
    return items;
  }

  #map(depth: number): Edn {
    const items = this.#items(depth);
    if (items.length % 2 !== 0) throw new EdnError('a map has a key without a value');
    const entries = items.flatMap((key, at) =>
      at % 2 === 0 ? [[key, items[at + 1] ?? null] as const] : [],
    );
    return { kind: 'map', entries };
  }

  /**
   * Parses `#{...}` as a set; keeps `#inst "..."`, `#object[...]` and other tagged values as raw
   * text.
   */
  #dispatch(depth: number): Edn {
    const start = this.#at;
    this.#at += 1;
    if (this.#text[this.#at] === '{') return { kind: 'set', items: this.#items(depth) };
    this.#word(1);
    if (!/["([{\s]/.test(this.#text[this.#at] ?? '')) throw new EdnError('a tag without a value');
    this.value(depth + 1);
    return { kind: 'raw', text: this.#text.slice(start, this.#at) };
  }

  #string(): string {
    const start = this.#at;
    // A loop, not a regular expression: the latter needs memory for each character of a huge
    // string.
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') {
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    if (end >= this.#text.length) throw new EdnError(`the text from ${start} on does not end`);
    this.#at = end + 1;
    const inside = this.#text.slice(start + 1, end);
    return inside.replace(/\\(u[0-9A-Fa-f]{4}|[\s\S])/g, (_, code: string) => {
      if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
      return ESCAPES[code] ?? code;
    });
  }

  /** Consumes a word of at least the given length, up to the next delimiter. */
  #word(least: number): string {
    const start = this.#at;
    this.#at += least;
    const word = /[^\s,()[\]{}";]*/y;
    word.lastIndex = this.#at;
    this.#at += word.exec(this.#text)?.[0].length ?? 0;
    return this.#text.slice(start, this.#at);
  }

  /** Skips whitespace, commas and comments. */
  #skip(): void {
    const blank = /(?:[\s,]|;[^\n]*)*/y;
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#text)?.[0].length ?? 0;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
};

function atom(word: string): Edn {
  if (word === 'nil') return null;
  if (word === 'true' || word === 'false') return word === 'true';
  if (/^:[^:]/.test(word)) return { kind: 'keyword', name: word.slice(1) };
  if (/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(word) && exact(word)) return Number(word);
  return { kind: 'raw', text: word };
}

/** Returns whether a number keeps its value in JavaScript; large integers would be rounded. */
function exact(word: string): boolean {
  return !/^[+-]?\d+$/.test(word) || Number.isSafeInteger(Number(word));
}
