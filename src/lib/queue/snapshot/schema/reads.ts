import * as v from 'valibot';
import { isRecord } from '../../../json-value.ts';
import type { Evidence, EvidenceFailure } from '../evidence.ts';

/**
 * A schema that reads exactly a `T`: the compiler refuses one that lacks a field of it or a word of
 * one of its unions, and one that has more of either.
 */
export interface Reads<T> extends v.GenericSchema<unknown, T> {
  /** Never there. It has `T` go in where the schema has it come out, so neither may be the wider. */
  readonly exactly?: (value: Required<T>) => Required<T>;
}

// What each says of a value that is none: "is not ...".

/** Any text. */
export const text: Reads<string> = v.string('a string');

/** True or false. */
export const flag: Reads<boolean> = v.boolean('true or false');

/** Any number: a JSON document may hold 1e999. */
export const number: Reads<number> = v.pipe(v.number('a number'), v.finite('a number'));

/** A moment, which JSON has as a text. */
export const moment: Reads<Date> = v.pipe(
  v.string('a date'),
  v.transform((saved) => new Date(saved)),
  v.date('a date'),
);

const record = v.custom<Record<string, unknown>>(isRecord, 'an object');

/** Numbers by names that are not known before. */
export const counts: Reads<Readonly<Record<string, number>>> = v.pipe(
  record,
  v.record(v.string(), number),
);

/** An ID: any text. */
export function id<T extends string>(): Reads<T> {
  return v.custom<T>((value) => typeof value === 'string', 'a string');
}

/** A word or a number of a few. */
export function oneOf<const Words extends readonly (string | number)[]>(
  words: Words,
): Reads<Words[number]> {
  return v.picklist(words, `one of ${words.join(', ')}`);
}

/** What may not be known. */
export function orNull<T>(schema: Reads<T>): Reads<T | null> {
  return v.nullable(schema);
}

/** What may not be known, and what files of earlier versions do not have. */
export function nullIfAbsent<T>(schema: Reads<T>): Reads<T | null> {
  return v.optional(v.nullable(schema), null);
}

/** As many as there are. */
export function list<T>(item: Reads<T>): Reads<readonly T[]> {
  return v.pipe(v.array(item, 'a list'), v.readonly());
}

/** More fields than these are let through: a later version may have them. */
export function object<Fields extends v.ObjectEntries>(
  fields: Fields,
): Reads<v.InferOutput<v.ObjectSchema<Fields, undefined>>> {
  return v.pipe(record, v.looseObject(fields));
}

const STATUS: Reads<Evidence<unknown>['status']> = oneOf(['known', 'failed', 'not-asked']);

const FAILURE: Reads<EvidenceFailure> = object({
  kind: text,
  code: text,
  message: text,
  hint: orNull(text),
});

/** What asking for something came to. */
export function evidence<T>(value: Reads<T>): Reads<Evidence<T>> {
  const known = { status: v.literal('known'), value, tookMs: number };
  const failed = {
    status: v.literal('failed'),
    failure: FAILURE,
    timedOut: flag,
    tookMs: number,
  };
  const notAsked = { status: v.literal('not-asked'), why: text };
  return v.pipe(
    record,
    v.looseObject({ status: STATUS }),
    v.variant('status', [v.looseObject(known), v.looseObject(failed), v.looseObject(notAsked)]),
  );
}
