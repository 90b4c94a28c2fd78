import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellExports } from '../../../src/lib/sandbox/shell-exports.ts';

test('a POSIX shell reads back exactly the exported values, whatever they contain', () => {
  const value = fc
    .string({ unit: 'binary', maxLength: 20 })
    .map((text) => text.replaceAll('\0', ''));
  fc.assert(
    fc.property(fc.array(value, { minLength: 20, maxLength: 20 }), (values) => {
      const environment = Object.fromEntries(values.map((text, at) => [`SANDBOX_${at}`, text]));
      const script = [
        ...shellExports('bash', environment, ['FORGOTTEN', 'ALSO_FORGOTTEN']),
        ...values.map((_, at) => `printf '%s\\0' "$SANDBOX_${at}"`),
        `printf '%s' "\${FORGOTTEN-unset} \${ALSO_FORGOTTEN-unset}"`,
      ].join('\n');
      const output = execFileSync('sh', { input: script, env: { FORGOTTEN: 'real' } });
      const expected = [...values, 'unset unset'].join('\0');
      expect(output).toEqual(Buffer.from(expected));
    }),
    { numRuns: 10 },
  );
});

test.each([
  ['fish', ['set -e A B', `set -gx K 'it\\'s C:\\\\x'`]],
  [
    'powershell',
    ['Remove-Item Env:A, Env:B -ErrorAction SilentlyContinue', "$env:K = 'it''s C:\\x'"],
  ],
] as const)('%s is written in its own syntax', (shell, lines) => {
  expect(shellExports(shell, { K: "it's C:\\x" }, ['A', 'B'])).toEqual(lines);
});

test('without variables to unset there is no such line', () => {
  expect(shellExports('bash', { K: '1' }, [])).toEqual(["export K='1'"]);
});
