import { describe, expect, it } from 'vitest';
import { scanWords } from '../../../../src/lib/cli/completion/scan-words.ts';

const FLAGS = {
  output: { type: 'option', char: 'o' },
  namespace: { type: 'option', char: 'n' },
  json: { type: 'boolean' },
};

describe('scanWords', () => {
  it.each([
    ['node --output json web', { output: 'json' }, ['node', 'web'], null, false],
    ['--output=json --json -n ci', { output: 'json', namespace: 'ci' }, [], null, false],
    ['-ojson -n=ci', { output: 'json', namespace: 'ci' }, [], null, false],
    ['node -o', {}, ['node'], 'output', false],
    ['--output', {}, [], 'output', false],
    ['--output --json', { output: '--json' }, [], null, false],
    ['--unknown web --unknown=x -z', {}, ['web'], null, false],
    ['- -- --output json', {}, ['-', '--output', 'json'], null, true],
    ['--constructor --toString=x', {}, [], null, false],
  ])('scans %j', (line, values, positionals, open, ended) => {
    const scanned = scanWords(line.split(' '), FLAGS);
    expect(scanned).toMatchObject({ values, positionals, open, ended });
  });
});
