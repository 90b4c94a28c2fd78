import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sourceCommands } from '../../scripts/source-commands.ts';
import { EXIT_CODES } from '../../src/lib/errors.ts';
import { World } from '../support/world.ts';

// Any command line must exit with a documented code and never print internals.

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world[Symbol.asyncDispose]());

const DOCUMENTED = new Set([0, ...Object.values(EXIT_CODES)]);

/** The time limit of a run in milliseconds; some commands wait, as they should. */
const PATIENCE = 400;

// These run other programs and sandboxes.
const OTHERS = ['sandbox:start', 'sandbox:run'];

const commands = (await sourceCommands()).filter(({ id }) => !OTHERS.includes(id));
const words = [...new Set(commands.flatMap(({ id, aliases }) => [id, ...aliases]))].map((id) =>
  id.split(':'),
);
const flags = [
  ...new Set(
    (await Promise.all(commands.map(({ load }) => load()))).flatMap((command) =>
      Object.entries({ ...command.baseFlags, ...command.flags }).flatMap(([name, flag]) => [
        `--${name}`,
        ...(flag.char ? [`-${flag.char}`] : []),
        ...(flag.type === 'option' && flag.options
          ? flag.options.map((one) => `--${name}=${one}`)
          : []),
      ]),
    ),
  ),
];

const known = [
  'NODE',
  'NODE_ID',
  'JOB',
  'CHANGE',
  'lab',
  'spare',
  'host',
  'nomad.access',
  'direct',
  '-name',
  '1h',
  '0',
];
const garbage = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '-',
    '--',
    '---',
    '=',
    '--=x',
    '-=',
    '--no',
    '../..',
    '\u0000',
    '%s',
    '*',
    '~',
    '{}',
  ),
  fc.constantFrom('__proto__', 'constructor', 'toString', '--__proto__', '--constructor=x'),
  fc.constantFrom('-1', '1e309', '99999999999999999999', '0x10', 'NaN', '-5m', '1h1h'),
);
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...flags) },
  { weight: 3, arbitrary: fc.constantFrom(...known) },
  { weight: 2, arbitrary: garbage },
);
const line = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...words) },
      { weight: 1, arbitrary: fc.array(garbage, { maxLength: 2 }) },
    ),
    fc.array(word, { maxLength: 5 }),
  )
  .map(([command, rest]) => [...command, ...rest]);

it('exits with a documented code and prints the reason', async () => {
  await fc.assert(
    fc.asyncProperty(line, fc.boolean(), async (argv, installed) => {
      const { stdout, stderr, exitCode } = await world.cli(argv, {
        signal: AbortSignal.timeout(PATIENCE),
        env: installed
          ? {}
          : { CIRCLECI_ADMIN_CONFIG_DIR: '/nonexistent', KUBECONFIG: '/nonexistent' },
      });
      // The nomad CLI has its own exit codes.
      if (!argv.includes('cli')) expect(DOCUMENTED).toContain(exitCode);
      const said = `${stdout}\n${stderr}`;
      expect(said).not.toMatch(/\n\s+at .+:\d+/);
      expect(said).not.toMatch(/this is a bug|TypeError|\[object Object\]|undefined/);
      if (exitCode === 2 && !argv.includes('cli'))
        expect(stderr).toMatch(/^Error: \S|"exitCode":2/m);
    }),
    { numRuns: 250, endOnFailure: true, seed: 20260302 },
  );
}, 60_000);
