import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Edn,
  EdnError,
  ednItems,
  ednKey,
  parseEdn,
} from '../../../../src/lib/server/nrepl/edn.ts';

const raw = (text: string): Edn => ({ kind: 'raw', text });
const keyword = (name: string): Edn => ({ kind: 'keyword', name });

/** Prints a value like Clojure's `pr`. */
function print(value: Edn): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') {
    return `"${value.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"`;
  }
  if (typeof value !== 'object') return String(value);
  if (value.kind === 'raw') return value.text;
  if (value.kind === 'keyword') return `:${value.name}`;
  if (value.kind === 'map') {
    return `{${value.entries.map(([key, one]) => `${print(key)} ${print(one)}`).join(', ')}}`;
  }
  const items = value.items.map(print).join(' ');
  if (value.kind === 'set') return `#{${items}}`;
  return value.kind === 'list' ? `(${items})` : `[${items}]`;
}

const { tree } = fc.letrec<{ tree: Edn }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Edn>(null, true, false, keyword('login'), keyword('a.b/c'), raw('user/x')),
    fc.constantFrom<Edn>(raw('\\('), raw('#inst "2026-03-02T09:00:00.000-00:00"'), raw('22/7')),
    fc.integer(),
    fc.string({ unit: 'grapheme' }),
    fc.record({
      kind: fc.constantFrom('list' as const, 'vector' as const, 'set' as const),
      items: fc.array(tie('tree'), { maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('map' as const),
      entries: fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 3 }),
    }),
  ),
}));

describe('parseEdn', () => {
  it('parses everything that is printed', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(parseEdn(print(value))).toEqual(value);
      }),
    );
  });

  it.each<[string, Edn]>([
    ['nil', null],
    ['-1.5e3', -1500],
    ['12345678901234567890', raw('12345678901234567890')],
    ['3N', raw('3N')],
    ['"\\u00e4\\\\\\"\\r"', 'ä\\"\r'],
    [
      '#object[clojure.lang.Atom 0x1 {:status :ready}]',
      raw('#object[clojure.lang.Atom 0x1 {:status :ready}]'),
    ],
    ['#circle.User{:login "a"}', raw('#circle.User{:login "a"}')],
    ['#uuid "x"', raw('#uuid "x"')],
    ['; said\n:a', keyword('a')],
    ['...', raw('...')],
    ['\\"', raw('\\"')],
  ])('parses %s', (text, value) => {
    expect(parseEdn(text)).toEqual(value);
  });

  it.each(['', '(', '"', '"\\"', '({:a "b"}', '{:a}', ')', '1 2', '#', '#foo', '['.repeat(300)])(
    'rejects %j',
    (text) => {
      expect(() => parseEdn(text)).toThrow(EdnError);
    },
  );

  it('throws nothing but EdnError for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'()[]{}#"\\; :a1\n') }), (text) => {
        try {
          parseEdn(text);
        } catch (error) {
          expect(error).toBeInstanceOf(EdnError);
        }
      }),
    );
  });

  it('finds keys and items; null or undefined if there are none', () => {
    const list = parseEdn('({:login "a", :n 1} nil)');
    const [first = null] = ednItems(list) ?? [];
    expect(ednKey(first, 'login')).toBe('a');
    expect(ednKey(first, 'name')).toBeUndefined();
    expect(ednKey(list, 'login')).toBeUndefined();
    expect(ednItems(first)).toBeNull();
    expect(ednItems('(x)')).toBeNull();
  });
});
