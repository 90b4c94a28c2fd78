import { expect, it } from 'vitest';
import { cli } from '../../support/cli.ts';

// An unknown flag fails before the flags of the command are parsed.
const MISTAKE = ['pods', 'list', '--nonsense'];

it.each([
  [['--json']],
  [['--output', 'json']],
  [['--output=json']],
  [['-o', 'ndjson']],
  [['-ojson']],
  [['-o=json']],
])('prints an early error as JSON with %j', async (words) => {
  const { stdout, stderr, exitCode } = await cli([...MISTAKE, ...words]);
  expect(JSON.parse(stderr)).toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/nonsense/),
  });
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
});

it.each([[['--output', 'table']], [['-otsv']], [['-o', 'json-lines']], [['--', '--json']]])(
  'prints an early error as text with %j',
  async (words) => {
    const { stderr, exitCode } = await cli([...MISTAKE, ...words]);
    expect(stderr).toMatch(/^Error: /);
    expect(exitCode).toBe(2);
  },
);
