import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentOfNanoseconds, momentOfText, textsOf } from '../../../../src/lib/json-value.ts';
import { decodeAgent } from '../../../../src/lib/nomad/http/decode-agent.ts';
import { decodeAllocation } from '../../../../src/lib/nomad/http/decode-allocation.ts';
import { decodeEvaluation } from '../../../../src/lib/nomad/http/decode-evaluation.ts';
import { decodeJobDetail } from '../../../../src/lib/nomad/http/decode-job.ts';
import { decodeNodeDetail } from '../../../../src/lib/nomad/http/decode-node.ts';
import { recordedJson } from './recorded-nomad.ts';

const decoders = [
  ['http/agent-self.json', decodeAgent],
  ['http/node-draining.json', decodeNodeDetail],
  ['http/job-running.json', decodeJobDetail],
  ['http/evaluation-complete.json', decodeEvaluation],
  [
    'http/allocation-killed-by-drain-deadline.json',
    (value: unknown) => decodeAllocation(value, { taskStates: true, resources: true }),
  ],
] as const;

describe('decoding', () => {
  it.each(decoders)('does not throw for %s with any of its values replaced', (file, decode) => {
    const paths = pathsOf(recordedJson(file));
    expect(paths.length).toBeGreaterThan(10);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, surprise) => {
        const wire = replaced(recordedJson(file), path, surprise);
        expect(() => decode(wire)).not.toThrow();
      }),
      { numRuns: 150 },
    );
  });

  it.each(decoders)('does not throw for any JSON instead of %s', (_, decode) => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => decode(value)).not.toThrow();
      }),
    );
  });
});

describe('times', () => {
  it.each([
    [1_795_450_873_589_564_000, new Date(1795450873589)],
    [0, null],
    [-1, null],
    [1e300, null],
    ['1795450873589564066', null],
  ])('decodes %s nanoseconds', (nanoseconds, expected) => {
    expect(momentOfNanoseconds(nanoseconds)).toEqual(expected);
  });

  it.each([
    ['2026-11-23T16:22:07.184854373Z', new Date('2026-11-23T16:22:07.184Z')],
    ['0001-01-01T00:00:00Z', null],
    ['soon', null],
    ['', null],
    [7, null],
  ])('decodes the text %s', (text, expected) => {
    expect(momentOfText(text)).toEqual(expected);
  });
});

it('a field named __proto__ is an ordinary field', () => {
  const texts = textsOf(JSON.parse('{"__proto__": "a", "b": 7}'));
  expect(Object.entries(texts)).toEqual([['__proto__', 'a']]);
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, surprise: unknown): unknown {
  if (key === undefined) return surprise;
  if (Array.isArray(value)) {
    return value.map((item, at) => (String(at) === key ? replaced(item, rest, surprise) : item));
  }
  const fields = Object.entries(value as object);
  return Object.fromEntries(
    fields.map(([name, item]) => [name, name === key ? replaced(item, rest, surprise) : item]),
  );
}
