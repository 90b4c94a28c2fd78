import { ApiError } from './api-request.ts';
import { GoTime, rfc3339, type Wire, type WireObject } from './wire/encode.ts';

/** Returns whether an object matches a filter. */
export type Filter = (object: WireObject) => boolean;

const TOKEN =
  /\s*(?:(?<text>"(?:\\.|[^"\\])*"|`[^`]*`)|(?<sign>==|!=|\(|\))|(?<word>[A-Za-z0-9_./-]+(?:\["[^"]*"\]|\.[A-Za-z0-9_-]+)*))/y;

/**
 * Parses a filter in the commonly used part of go-bexpr's language: `==`, `!=`, `in`, `not in`,
 * `contains`, `not contains`, `matches`, `not matches`, `is empty`, `is not empty`, `and`, `or`,
 * `not` and parentheses.
 *
 * @throws ApiError 400 for anything else
 */
export function parseFilter(source: string): Filter {
  const reader = new Reader(tokens(source), source);
  const filter = reader.disjunction();
  reader.end();
  return filter;
}

interface Token {
  readonly kind: 'text' | 'sign' | 'word';
  readonly value: string;
}

function tokens(source: string): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  while (source.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(source)?.groups;
    if (groups === undefined) throw invalid(source);
    at = TOKEN.lastIndex;
    const { text, sign, word } = groups;
    if (text !== undefined) {
      const value = text.startsWith('`') ? text.slice(1, -1) : unquote(text, source);
      found.push({ kind: 'text', value });
    } else if (sign !== undefined) found.push({ kind: 'sign', value: sign });
    else found.push({ kind: 'word', value: word ?? '' });
  }
  return found;
}

function unquote(text: string, source: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw invalid(source);
  }
}

function invalid(source: string): ApiError {
  return new ApiError(400, `failed to read filter expression: ${source}: no match found`);
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #source: string;
  #at = 0;

  constructor(list: readonly Token[], source: string) {
    this.#tokens = list;
    this.#source = source;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw invalid(this.#source);
  }

  disjunction(): Filter {
    let left = this.#conjunction();
    while (this.#takeWord('or')) {
      const [one, other] = [left, this.#conjunction()];
      left = (object) => one(object) || other(object);
    }
    return left;
  }

  #conjunction(): Filter {
    let left = this.#negation();
    while (this.#takeWord('and')) {
      const [one, other] = [left, this.#negation()];
      left = (object) => one(object) && other(object);
    }
    return left;
  }

  #negation(): Filter {
    if (!this.#takeWord('not')) return this.#comparison();
    const inner = this.#negation();
    return (object) => !inner(object);
  }

  #comparison(): Filter {
    if (this.#takeSign('(')) {
      const inner = this.disjunction();
      if (!this.#takeSign(')')) throw invalid(this.#source);
      return inner;
    }
    const subject = this.#take();
    if (this.#takeSign('==')) return equals(subject, this.#take());
    if (this.#takeSign('!=')) {
      const inner = equals(subject, this.#take());
      return (object) => !inner(object);
    }
    if (this.#takeWord('is')) {
      const negated = this.#takeWord('not');
      if (!this.#takeWord('empty')) throw invalid(this.#source);
      return (object) => isEmpty(select(object, subject.value)) !== negated;
    }
    const negated = this.#takeWord('not');
    const inner = this.#membership(subject);
    return negated ? (object) => !inner(object) : inner;
  }

  #membership(subject: Token): Filter {
    if (this.#takeWord('in')) {
      const selector = this.#take();
      return (object) => contains(select(object, selector.value), subject.value);
    }
    if (this.#takeWord('contains')) {
      const value = this.#take();
      return (object) => contains(select(object, subject.value), value.value);
    }
    if (this.#takeWord('matches')) {
      const pattern = new RegExp(this.#take().value);
      return (object) => pattern.test(textOf(select(object, subject.value)));
    }
    throw invalid(this.#source);
  }

  #take(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind === 'sign') throw invalid(this.#source);
    this.#at += 1;
    return token;
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word' || token.value !== word) return false;
    this.#at += 1;
    return true;
  }

  #takeSign(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.value !== sign) return false;
    this.#at += 1;
    return true;
  }
}

function equals(selector: Token, value: Token): Filter {
  return (object) => textOf(select(object, selector.value)) === value.value;
}

/** Returns the value at a dotted selector such as `Attributes["os.name"]` or `Meta.owner`. */
function select(object: WireObject, selector: string): Wire {
  const steps = [...selector.matchAll(/\["([^"]*)"\]|[^.[\]]+/g)].map(([all, key]) => key ?? all);
  let value: Wire = object;
  for (const step of steps) {
    if (value === null || typeof value !== 'object' || value instanceof GoTime) return null;
    value = Array.isArray(value) ? (value[Number(step)] ?? null) : (entry(value, step) ?? null);
  }
  return value;
}

function entry(value: object, key: string): Wire | undefined {
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

function textOf(value: Wire): string {
  if (value === null) return '';
  if (value instanceof GoTime) return value.ns === null ? '' : rfc3339(value.ns);
  return typeof value === 'object' ? '' : String(value);
}

function contains(value: Wire, item: string): boolean {
  if (value === null || typeof value !== 'object') return textOf(value).includes(item);
  if (value instanceof GoTime) return false;
  return Array.isArray(value)
    ? value.some((element) => textOf(element) === item)
    : Object.keys(value).includes(item);
}

function isEmpty(value: Wire): boolean {
  if (value === null || typeof value !== 'object') return textOf(value) === '';
  return value instanceof GoTime ? value.ns === null : Object.keys(value).length === 0;
}
