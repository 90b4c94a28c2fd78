import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Format, Output } from '../../../../src/lib/cli/output/output.ts';
import { Masker } from '../../../../src/lib/masking.ts';
import { TestRuntime } from '../../../support/test-runtime.ts';

const VIEW = { blocks: [{ kind: 'lines', lines: ['for people'] }] } as const;
const DOCUMENT = {
  name: 'one',
  ready: true,
  restarts: 0,
  why: null,
  service: { name: 'frontend', impact: 'tab\there, comma' },
  images: ['a', 'b'],
  empty: [],
  at: new Date(0),
};

/** Creates an output with a format that writes to a pipe. */
function outputOf(format: Format | undefined) {
  const { stdout, stderr } = new TestRuntime({});
  const output = new Output({
    ...{ stdout, stderr, format, columns: undefined, sort: undefined, quiet: false },
    ...{ color: { stdout: false, stderr: false }, redraws: false, masker: new Masker() },
  });
  return { output, stdout };
}

it.each<[Format | undefined, string]>([
  [
    'tsv',
    'name\tone\nready\ttrue\nrestarts\t0\nwhy\t\nservice.name\tfrontend\nservice.impact\ttab\\there, comma\nimages.0\ta\nimages.1\tb\nat\t1970-01-01T00:00:00.000Z\n',
  ],
  [
    'csv',
    'key,value\r\nname,one\r\nready,true\r\nrestarts,0\r\nwhy,\r\nservice.name,frontend\r\nservice.impact,"tab\there, comma"\r\nimages.0,a\r\nimages.1,b\r\nat,1970-01-01T00:00:00.000Z\r\n',
  ],
  [undefined, 'for people\n'],
  ['wide', 'for people\n'],
])('prints a detail as %s', async (format, text) => {
  const { output, stdout } = outputOf(format);
  await output.detail(VIEW, DOCUMENT);
  expect(stdout.text).toBe(text);
});

it('separates YAML documents', async () => {
  const { output, stdout } = outputOf('yaml');
  async function* frames() {
    for (const round of [1, 2]) yield { view: { columns: [], rows: [] }, document: { round } };
  }
  await output.watch(frames());
  expect(stdout.text).toBe('round: 1\n---\nround: 2\n');
  const documents = parseAllDocuments(stdout.text);
  expect([...documents].map((one) => one.toJS())).toEqual([{ round: 1 }, { round: 2 }]);
});
