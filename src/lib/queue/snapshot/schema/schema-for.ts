import * as v from 'valibot';
import { isRecord } from '../../../json-value.ts';
import type { Evidence, EvidenceFailure } from '../evidence.ts';

/**
 * A schema that reads exactly a `T`: the compiler rejects a schema that lacks or adds a field, or a
 * member of a union.
 */
export interface SchemaFor<T> extends v.GenericSchema<unknown, T> {
  /**
   * Never present. It uses `T` as an input type as well, so that the schema can be neither wider
   * nor narrower.
   */
  readonly exactly?: (value: Required<T>) => Required<T>;
}

// The messages complete the sentence "... is not ...".

/** Any string. */
export const text: SchemaFor<string> = v.string('a string');

/** True or false. */
export const flag: SchemaFor<boolean> = v.boolean('true or false');

/** Any finite number: a JSON document may contain 1e999. */
export const number: SchemaFor<number> = v.pipe(v.number('a number'), v.finite('a number'));

/** A date, which is a string in JSON. */
export const moment: SchemaFor<Date> = v.pipe(
  v.string('a date'),
  v.transform((saved) => new Date(saved)),
  v.date('a date'),
);

const record = v.custom<Record<string, unknown>>(isRecord, 'an object');

/** Numbers by names that are not known in advance. */
export const counts: SchemaFor<Readonly<Record<string, number>>> = v.pipe(
  record,
  v.record(v.string(), number),
);

/** An ID: any string. */
export function id<T extends string>(): SchemaFor<T> {
  return v.custom<T>((value) => typeof value === 'string', 'a string');
}

/** One of a list of strings or numbers. */
export function oneOf<const Words extends readonly (string | number)[]>(
  words: Words,
): SchemaFor<Words[number]> {
  return v.picklist(words, `one of ${words.join(', ')}`);
}

/** A value that may be null. */
export function orNull<T>(schema: SchemaFor<T>): SchemaFor<T | null> {
  return v.nullable(schema);
}

/** A value that may be null, and that files of earlier versions lack. */
export function nullIfAbsent<T>(schema: SchemaFor<T>): SchemaFor<T | null> {
  return v.optional(v.nullable(schema), null);
}

/** True or false; false in files of earlier versions, which lack it. */
export const falseIfAbsent: SchemaFor<boolean> = v.optional(flag, false);

/** A list of any length. */
export function list<T>(item: SchemaFor<T>): SchemaFor<readonly T[]> {
  return v.pipe(v.array(item, 'a list'), v.readonly());
}

/** An object with these fields. Further fields are kept: a later version may have added them. */
export function object<Fields extends v.ObjectEntries>(
  fields: Fields,
): SchemaFor<v.InferOutput<v.ObjectSchema<Fields, undefined>>> {
  return v.pipe(record, v.looseObject(fields));
}

const STATUS: SchemaFor<Evidence<unknown>['status']> = oneOf(['known', 'failed', 'not-asked']);

const FAILURE: SchemaFor<EvidenceFailure> = object({
  kind: text,
  code: text,
  message: text,
  hint: orNull(text),
});

/** A piece of evidence with this value. */
export function evidence<T>(value: SchemaFor<T>): SchemaFor<Evidence<T>> {
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
