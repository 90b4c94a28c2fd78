import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/lib/installation/config-schema.ts';
import { checkValue } from '../../../src/lib/installation/key-values.ts';
import { PROFILE_KEYS } from '../../../src/lib/installation/profile-keys.ts';

type Schema = {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly pattern?: string;
  readonly enum?: readonly string[];
};

function schemaOf(key: string): Schema | undefined {
  const { $defs } = configSchema() as Schema;
  return key
    .split('.')
    .reduce<Schema | undefined>((schema, word) => schema?.properties?.[word], $defs?.['profile']);
}

describe('configSchema', () => {
  it('equals the published file', () => {
    const file = join(import.meta.dirname, '../../../schema/config.schema.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(configSchema());
  });

  it('describes every key, and accepts the same texts as checkValue', () => {
    const samples = fc.oneof(
      fc.constantFrom('3.0', '3', '30s', '1h30m', '0.5s', '-1s', 'auto', 'proxy', 'prox', ''),
      fc.constantFrom('/a', '/a/b-c', '//a', '/', '/a b', '/a?b=c'),
      fc.constantFrom('http://h', 'https://h:1/p', 'ftp://h', 'http://u:p@h', 'h'),
      fc.stringMatching(/^[0-9]{1,4}[.smhd]{1,2}[0-9]{0,3}$/),
    );
    for (const spec of PROFILE_KEYS) {
      const schema = schemaOf(spec.key);
      expect(schema, spec.key).toMatchObject({ description: spec.description });
      if (schema?.pattern === undefined && schema?.enum === undefined) continue;
      const pattern = new RegExp(schema.pattern ?? '');
      fc.assert(
        fc.property(samples, (text) => {
          // The schema accepts a duration of zero, which checkValue rejects.
          fc.pre(!/^[0.]+[a-z]/.test(text));
          const fits = schema.enum ? schema.enum.includes(text) : pattern.test(text);
          expect(fits).toBe(checkValue(spec, text) === undefined);
        }),
        { numRuns: 50 },
      );
    }
  });
});
