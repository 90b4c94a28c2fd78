import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonArray } from '../../../src/lib/http/json-array.ts';
import { failure } from './loopback.ts';

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

async function collect(text: string, cuts: readonly number[] = []): Promise<unknown[]> {
  const elements: unknown[] = [];
  for await (const element of parseJsonArray(pieces(Buffer.from(text), cuts), 'GET /v1/nodes')) {
    elements.push(element);
  }
  return elements;
}

/** Keys without escapes, because Node's JSON.parse misreads some (nodejs/node#63785). */
const key = fc.stringMatching(/^[A-Za-z_.$-]{1,8}$/).filter((name) => name !== '__proto__');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('],[', '\\', '"', '\\"', '{"a":[1,2', ',', '\u2028', '😀'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}));
const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('the elements of an array', () => {
  test('equal those of JSON.parse, however the bytes are split and the JSON is indented', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value), cuts, fc.nat(3), async (array, cuts, indent) => {
        const text = JSON.stringify(array, null, indent);
        expect(await collect(text, cuts)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  test('equal those of JSON.parse if strings contain the separator', async () => {
    const id = fc.oneof(fc.string(), fc.constantFrom('},{"ID":', '"},{"ID":"', '\\"},{"ID":'));
    const leaf = fc.record({ ID: id, Inner: fc.constant([]) });
    const item = fc.record({ ID: id, Inner: fc.array(leaf, { maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 6 }), cuts, async (array, cuts) => {
        const text = JSON.stringify(array);
        expect(await collect(text, cuts)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  test('of a truncated document end in an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1 }),
        fc.nat(),
        cuts,
        async (array, at, cuts) => {
          const bytes = Buffer.from(JSON.stringify(array));
          const cut = bytes.subarray(0, at % bytes.length).toString('latin1');
          const error = await failure(collect(cut, cuts));
          expect(error).toMatchObject({ kind: 'service', code: 'BAD_ANSWER' });
        },
      ),
      { numRuns: 200 },
    );
  });

  test('are yielded before the document is complete', async () => {
    let served = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      for (const text of ['[{"ID":"a"},{"ID":"b"},{"I', 'D":"c"},{"ID":"d"},{"', 'ID":"e"}]']) {
        served += 1;
        yield Buffer.from(text);
      }
    }
    const seen: unknown[] = [];
    for await (const element of parseJsonArray(body(), 'it')) seen.push([element, served]);
    expect(seen).toEqual([
      [{ ID: 'a' }, 1],
      [{ ID: 'b' }, 2],
      [{ ID: 'c' }, 2],
      [{ ID: 'd' }, 3],
      [{ ID: 'e' }, 3],
    ]);
  });
});

test.each([
  ['', 'The response to GET /v1/nodes is empty'],
  ['[{"ID":"a"},{"ID"', 'The response to GET /v1/nodes ends in the middle of its JSON'],
  ['{"a":1,"b":[2,3]}', 'The response to GET /v1/nodes is not a JSON array: "{"a":1,"b":[2,3]}"'],
  ['null', 'The response to GET /v1/nodes is not a JSON array: "null"'],
  ['No cluster leader', 'The response to GET /v1/nodes is not a JSON array: "No cluster leader"'],
  ['[1,2]]', 'The response to GET /v1/nodes is not a JSON array: "[1,2]]"'],
  ['[1,2,]', 'The response to GET /v1/nodes is not a JSON array: "[1,2,]"'],
  ['[1,,2]', 'The response to GET /v1/nodes is not a JSON array: "[1,,2]"'],
])('%j is rejected', async (text, message) => {
  expect(await failure(collect(text))).toMatchObject({
    kind: 'service',
    code: 'BAD_ANSWER',
    message,
  });
  const everywhere = Array.from(text, (_character, at) => at);
  expect(await failure(collect(text, everywhere))).toMatchObject({ code: 'BAD_ANSWER' });
});
