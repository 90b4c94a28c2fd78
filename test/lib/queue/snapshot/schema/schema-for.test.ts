import { type GenericSchema, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/lib/queue/snapshot/evidence.ts';
import { describeFault } from '../../../../../src/lib/queue/snapshot/schema/describe-fault.ts';
import {
  counts,
  evidence,
  falseIfAbsent,
  flag,
  id,
  list,
  moment,
  nullIfAbsent,
  number,
  object,
  oneOf,
  orNull,
  type SchemaFor,
  text,
} from '../../../../../src/lib/queue/snapshot/schema/schema-for.ts';

type Colour = 'red' | 'green';

interface Thing {
  readonly name: string;
  readonly colours: readonly Colour[];
}

/** Returns the value read, or a description of the fault. */
function read(schema: GenericSchema, one: unknown): unknown {
  const { success, output, issues } = safeParse(object({ one: schema }), { one });
  return success ? output.one : describeFault(issues[0]);
}

describe('a field', () => {
  const word = oneOf(['red', 'green']);
  const thing: SchemaFor<Thing> = object({ name: text, colours: list(word) });
  const MOMENT = '2026-01-02T03:04:05.678Z';

  it.each([
    ['a string', text, '', ''],
    ['a boolean', flag, false, false],
    ['a number', number, -0.5, -0.5],
    ['a date', moment, MOMENT, new Date(MOMENT)],
    ['an ID', id<'an-id'>(), 'an-id', 'an-id'],
    ['one of several words', word, 'red', 'red'],
    ['null', orNull(text), null, null],
    ['a missing value', nullIfAbsent(text), undefined, null],
    ['a missing flag', falseIfAbsent, undefined, false],
    ['a list', list(number), [1, 2], [1, 2]],
    ['counts', counts, { 'us-east-1': 3 }, { 'us-east-1': 3 }],
    [
      'an object with more fields',
      object({ text }),
      { text: '', more: [1] },
      { text: '', more: [1] },
    ],
    ['a nested object', thing, { name: 'x', colours: ['red'] }, { name: 'x', colours: ['red'] }],
  ])('is read: %s', (_, schema: GenericSchema, given, expected) => {
    expect(read(schema, given)).toEqual(expected);
  });

  it.each([
    [text, 7, 'one is not a string'],
    [text, undefined, 'one is missing'],
    [flag, 'true', 'one is not true or false'],
    [number, '7', 'one is not a number'],
    [number, Number.POSITIVE_INFINITY, 'one is not a number'],
    [moment, 'yesterday', 'one is not a date'],
    [moment, 1_767_323_045_678, 'one is not a date'],
    [id<'an-id'>(), 7, 'one is not a string'],
    [word, 'blue', 'one is not one of red, green'],
    [orNull(flag), 0, 'one is not true or false'],
    [list(number), { 0: 1 }, 'one is not a list'],
    [list(number), [1, null], 'one[1] is not a number'],
    [counts, [1], 'one is not an object'],
    [counts, { 'us-east-1\n': 'x' }, 'one["us-east-1\\n"] is not a number'],
    [thing, null, 'one is not an object'],
    [thing, [], 'one is not an object'],
    [thing, { name: 'x' }, 'one.colours is missing'],
    [thing, { name: 'x', colours: ['red', 'blue'] }, 'one.colours[1] is not one of red, green'],
    [evidence(text), ['known'], 'one is not an object'],
    [evidence(text), {}, 'one.status is missing'],
    [evidence(text), { status: 'lost' }, 'one.status is not one of known, failed, not-asked'],
    [evidence(text), { status: 'known', tookMs: 1 }, 'one.value is missing'],
    [evidence(thing), { status: 'known', value: 7, tookMs: 1 }, 'one.value is not an object'],
    [evidence(text), { status: 'failed', failure: {} }, 'one.failure.kind is missing'],
    [evidence(text), { status: 'not-asked', why: null }, 'one.why is not a string'],
  ])('is named with the fault if it is wrong: %#', (schema: GenericSchema, given, expected) => {
    expect(read(schema, given)).toBe(expected);
  });
});

/** Checked by the compiler: every line marked as an expected error must be rejected. */
describe('a schema', () => {
  it('has exactly the fields and union members of its type', () => {
    const colours = list(oneOf(['green', 'red']));
    const all: readonly unknown[] = [
      object({ name: text, colours }) satisfies SchemaFor<Thing>,
      // @ts-expect-error: a field is not read
      object({ name: text }) satisfies SchemaFor<Thing>,
      // @ts-expect-error: a field that nobody has
      object({ name: text, colours, size: number }) satisfies SchemaFor<Thing>,
      // @ts-expect-error: a field that may be left out is not read
      object({ name: text }) satisfies SchemaFor<{ readonly name: string; readonly size?: number }>,
      // @ts-expect-error: a field of another type
      object({ name: orNull(text) }) satisfies SchemaFor<{ readonly name: string }>,
      // @ts-expect-error: null is not read
      object({ name: text }) satisfies SchemaFor<{ readonly name: string | null }>,
      // @ts-expect-error: a word is not read
      oneOf(['red']) satisfies SchemaFor<Colour>,
      // @ts-expect-error: a word that nobody says
      oneOf(['red', 'green', 'blue']) satisfies SchemaFor<Colour>,
      // @ts-expect-error: a word is not read, further in
      object({ name: text, colours: list(oneOf(['red'])) }) satisfies SchemaFor<Thing>,
      // @ts-expect-error: evidence of something else
      evidence(orNull(text)) satisfies SchemaFor<Evidence<string>>,
    ];
    expect(all).not.toContain(undefined);
  });
});
