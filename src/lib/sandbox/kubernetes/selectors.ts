import { badRequest } from './api-error.ts';

/** Returns whether a set of labels or fields matches. */
export type Predicate = (values: Readonly<Record<string, string | undefined>>) => boolean;

const TOKEN = /\s*(==|!=|>=|<=|[=<>(),!]|[^\s=!<>(),]+)/y;
const SYMBOLS = new Set(['==', '!=', '=', '<', '>', '(', ')', ',', '!', 'in', 'notin', '']);

/**
 * Parses a label selector, including set-based ones. The errors are those of apimachinery's
 * labels.Parser.
 *
 * @throws ApiError 400
 */
export function parseLabelSelector(text: string): Predicate {
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): string => tokens[at] ?? '';
  const take = (): string => tokens[at++] ?? '';
  const isName = (token: string): boolean => !SYMBOLS.has(token);
  const tests: Predicate[] = [];
  while (peek() !== '') {
    if (!isName(peek()) && peek() !== '!') {
      throw badRequest(`found '${peek()}', expected: !, identifier, or 'end of string'`);
    }
    tests.push(requirement(take, peek, isName));
    if (peek() === '') break;
    const separator = take();
    if (separator !== ',') {
      throw badRequest(`found '${separator}', expected: ',' or 'end of string'`);
    }
    if (!isName(peek()) && peek() !== '!') {
      throw badRequest(`found '${peek()}', expected: identifier after ','`);
    }
  }
  return (labels) => tests.every((test) => test(labels));
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) tokens.push(match[1] ?? '');
  return tokens;
}

function requirement(
  take: () => string,
  peek: () => string,
  isName: (token: string) => boolean,
): Predicate {
  if (peek() === '!') {
    take();
    const absent = take();
    if (!isName(absent)) throw badRequest(`found '${absent}', expected: identifier`);
    return (labels) => labels[absent] === undefined;
  }
  const key = take();
  if (peek() === '' || peek() === ',') return (labels) => labels[key] !== undefined;
  const operator = take();
  switch (operator) {
    case '=':
    case '==': {
      const value = isName(peek()) ? take() : '';
      return (labels) => labels[key] === value;
    }
    case '!=': {
      const value = isName(peek()) ? take() : '';
      return (labels) => labels[key] !== value;
    }
    case '>':
    case '<': {
      const bound = Number(take());
      const sign = operator === '>' ? 1 : -1;
      return (labels) => (Number(labels[key] ?? Number.NaN) - bound) * sign > 0;
    }
    case 'in':
    case 'notin': {
      const values = valueSet(take, isName);
      const wanted = operator === 'in';
      return (labels) => {
        const value = labels[key];
        return value === undefined ? !wanted : values.has(value) === wanted;
      };
    }
    default:
      throw badRequest(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
  }
}

function valueSet(take: () => string, isName: (token: string) => boolean): Set<string> {
  const open = take();
  if (open !== '(') throw badRequest(`found '${open}' expected: '('`);
  const values = new Set<string>();
  for (;;) {
    const token = take();
    if (token === ')') return values;
    if (token === ',') continue;
    if (!isName(token)) throw badRequest(`found '${token}', expected: ',' or ')'`);
    values.add(token);
  }
}

/**
 * Parses a field selector.
 *
 * @param supported the selectable fields of the resource
 * @throws ApiError 400 for bad syntax and for an unsupported field
 */
export function parseFieldSelector(text: string, supported: readonly string[]): Predicate {
  const tests = text
    .split(',')
    .filter((part) => part !== '')
    .map((part): Predicate => {
      const match = /^([^=!]+)(==|!=|=)(.*)$/.exec(part);
      if (!match) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
      const [, field = '', operator, value = ''] = match;
      if (!supported.includes(field)) throw badRequest(`field label not supported: ${field}`);
      const equal = operator !== '!=';
      return (fields) => ((fields[field] ?? '') === value) === equal;
    });
  return (fields) => tests.every((test) => test(fields));
}
