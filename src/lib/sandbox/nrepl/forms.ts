/** A Clojure form: the output of the reader and the result of an evaluation. */
export type Form =
  | null
  | boolean
  | number
  | string
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'keyword'; readonly name: string }
  | { readonly kind: 'list' | 'vector'; readonly items: readonly Form[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Form, Form])[] };

/** Thrown for code that is not a complete form. */
export class ReaderError extends Error {}

const TOKEN =
  /[\s,]+|;[^\n]*|(?<text>"(?:[^"\\]|\\[\s\S])*")|(?<bracket>[()[\]{}'])|(?<atom>[^\s,()[\]{}"';]+'*)/y;

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * Parses all forms of code.
 *
 * @throws ReaderError
 */
export function readForms(code: string): readonly Form[] {
  const tokens = tokenize(code);
  const forms: Form[] = [];
  while (tokens.length > 0) forms.push(readForm(tokens));
  return forms;
}

/** Returns the symbol with a name. */
function symbol(name: string): Form {
  return { kind: 'symbol', name };
}

/** Returns the keyword with a name, given without the colon. */
export function keyword(name: string): Form {
  return { kind: 'keyword', name };
}

/** Formats a form as `pr` does. */
export function printForm(form: Form): string {
  if (form === null) return 'nil';
  if (typeof form === 'string') return `"${form.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
  if (typeof form !== 'object') return String(form);
  if (form.kind === 'symbol') return form.name;
  if (form.kind === 'keyword') return `:${form.name}`;
  if (form.kind === 'map') {
    const entries = form.entries.map(([key, value]) => `${printForm(key)} ${printForm(value)}`);
    return `{${entries.join(', ')}}`;
  }
  const items = form.items.map(printForm).join(' ');
  return form.kind === 'list' ? `(${items})` : `[${items}]`;
}

function tokenize(code: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < code.length) {
    const { groups } = TOKEN.exec(code) ?? {};
    if (!groups) throw new ReaderError('EOF while reading string');
    const token = groups['text'] ?? groups['bracket'] ?? groups['atom'];
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

function readForm(tokens: string[]): Form {
  const token = tokens.shift();
  if (token === undefined) throw new ReaderError('EOF while reading');
  if (token === "'") return { kind: 'list', items: [symbol('quote'), readForm(tokens)] };
  const closing = CLOSING[token];
  if (closing !== undefined) return readItems(tokens, token, closing);
  if (/^[)\]}]$/.test(token)) throw new ReaderError(`Unmatched delimiter: ${token}`);
  return readAtom(token);
}

function readItems(tokens: string[], opening: string, closing: string): Form {
  const items: Form[] = [];
  while (tokens[0] !== closing) items.push(readForm(tokens));
  tokens.shift();
  if (opening !== '{') return { kind: opening === '(' ? 'list' : 'vector', items };
  if (items.length % 2 !== 0) {
    throw new ReaderError('Map literal must contain an even number of forms');
  }
  const entries = items.flatMap((key, at) =>
    at % 2 === 0 ? [[key, items[at + 1] ?? null] as const] : [],
  );
  return { kind: 'map', entries };
}

function readAtom(token: string): Form {
  if (token.startsWith('"')) {
    return token.slice(1, -1).replace(/\\([\s\S])/g, (_, code: string) => ESCAPES[code] ?? code);
  }
  if (token === 'nil') return null;
  if (token === 'true' || token === 'false') return token === 'true';
  if (/^-?\d+(?:\.\d+)?$/.test(token)) return Number(token);
  return token.startsWith(':') ? keyword(token.slice(1)) : symbol(token);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
