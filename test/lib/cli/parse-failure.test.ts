import { describe, expect, it } from 'vitest';
import { parseFailure } from '../../../src/lib/cli/parse-failure.ts';
import { cli } from '../../support/cli.ts';

/** Errors of the parser, tested through whole command lines. All exit with 2. */
describe('an invalid command line', () => {
  it.each([
    ['nomad drain --stauts down', 'Unknown flag --stauts; did you mean --status?'],
    ['nomad drain --dryrun', 'Unknown flag --dryrun; did you mean --dry-run?'],
    ['nomad drain --DEADLINE=1h', 'Unknown flag --DEADLINE; did you mean --deadline?'],
    ['nomad drain --tokn=s3cr3t-t0ken', 'Unknown flag --tokn'],
    ['nomad drain -Z', 'Unknown flag -Z'],
    ['nomad drain --nope --stauts', 'Unknown flags --nope, --stauts'],
    ['nomad status --status', '--status requires a value: pending, running or dead'],
    ['nomad logs x --tail', '--tail requires a value'],
    ['nomad logs x --tail many', '--tail requires an integer, not "many"'],
    ['audit list --limit 0', '--limit requires an integer greater than or equal to 1, not "0"'],
    ['nomad logs', 'TARGET is missing: allocation, job, build number, org/repo/number or URL'],
    ['config set', 'KEY and VALUE are missing'],
    ['nomad logs a b', 'Unexpected argument "b"'],
    ['nomad logs a b c', 'Unexpected arguments: "b", "c"'],
    ['sandbox fault', 'Give exactly one of --clear and --kind'],
    ['sandbox fault --kind reset --clear', '--clear and --kind cannot be used together'],
    ['nomad logs a --stdout --both', '--both and --stdout cannot be used together'],
    ['nomad drain --yes=false', '--yes does not take a value'],
    ['nomad drain --deadline soon', '--deadline: "soon" is not a duration'],
    ['nomad status --repo a/b --repo c/d', '--repo was given twice'],
  ])('%j fails with: %s', async (line, message) => {
    const { stdout, stderr, exitCode } = await cli(line.split(' '));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr.split('\n')[0]).toBe(`Error: ${message}`);
    expect(stderr.split('\n')[1]).toMatch(/^(?:Run circleci-admin \S+ \S+ --help|Write )/);
  });

  it.each([
    ['runing', 'did you mean running?'],
    ['PENDING', 'did you mean pending?'],
    ['elephant', null],
  ])('has a hint with the valid values and the one closest to %j', async (value, meant) => {
    const { stderr, exitCode } = await cli(['nomad', 'status', '--status', value]);
    expect(exitCode).toBe(2);
    const message = [`"${value}" is not a valid value of --status`, meant]
      .filter(Boolean)
      .join('; ');
    expect(stderr).toBe(`Error: ${message}\nValid values are pending, running or dead.\n`);
  });

  it('has stable codes, as JSON', async () => {
    const code = async (...argv: readonly string[]): Promise<string> =>
      JSON.parse((await cli([...argv, '--json'])).stderr).code;
    expect(await code('nomad', 'drain', '--nope')).toBe('UNKNOWN_FLAG');
    expect(await code('nomad', 'status', '--status', 'x')).toBe('BAD_VALUE');
    expect(await code('nomad', 'logs')).toBe('BAD_ARGUMENTS');
    expect(await code('nomad', 'drian')).toBe('UNKNOWN_COMMAND');
  });
});

describe('parseFailure', () => {
  it('returns undefined for errors of other kinds', () => {
    expect(parseFailure(new TypeError('x is undefined'), 'nomad status')).toBeUndefined();
    expect(parseFailure('text', null)).toBeUndefined();
    const system = Object.assign(new Error('no such file'), { code: 'ENOENT', oclif: {} });
    expect(parseFailure(system, null)).toBeUndefined();
  });

  it('removes the colours and the extra lines of an unknown message', () => {
    const message =
      'The following error occurred:\n  \u001b[2mSomething new\u001b[22m\nSee more help with --help';
    const failure = parseFailure(Object.assign(new Error(message), { parse: {} }), null);
    expect(failure).toMatchObject({
      kind: 'usage',
      code: 'BAD_ARGUMENTS',
      message: 'Something new',
    });
  });
});
