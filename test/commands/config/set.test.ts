import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Machine, machine } from '../../support/machine.ts';
import type { TestRuntimeOptions } from '../../support/test-runtime.ts';

let here: Machine;

beforeEach(async () => {
  here = await machine();
});

const run = (argv: readonly string[], options: TestRuntimeOptions = {}) =>
  here.cli(['config', ...argv], { cwd: '/srv/operations', ...options });
const written = (): Promise<string> => readFile(here.configPath, 'utf8');
const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

async function writeConfig(text: string): Promise<void> {
  await mkdir(dirname(here.configPath), { recursive: true });
  await writeFile(here.configPath, text);
}

const TWO = 'current: prod\ninstallations:\n  prod:\n    readOnly: true\n  lab:\n    host: l\n';

describe('config set, use, unset and remove', () => {
  it('create and remove two profiles, and keep manual edits', async () => {
    expect(await run(['set', 'host', 'h', '--installation', 'prod', '-y'])).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('+     host: h'),
      stdout: expect.stringContaining('To use it: circleci-admin config use prod'),
    });
    await writeConfig((await written()).replace('host: h', 'host: h # mine'));
    await run(['use', 'prod', '-y']);
    await run(['set', 'nomad.caFile', 'ca.pem', '-y']);
    await run(['set', 'readOnly', 'yes', '-y']);
    // readOnly protects the installation and not the config file.
    expect(await run(['set', 'version', '4.10', '-y'])).toMatchObject({ exitCode: 0 });
    await run(['set', 'host', 'l', '--installation', 'lab', '-y']);
    expect((await written()).split('\n').slice(3)).toEqual([
      'installations:',
      '  prod:',
      '    host: h # mine',
      '    nomad:',
      '      caFile: /srv/operations/ca.pem',
      '    readOnly: true',
      '    version: "4.10"',
      '  lab:',
      '    host: l',
      'current: prod',
      '',
    ]);
    await run(['unset', 'nomad.caFile', '-y']);
    await run(['use', 'lab', '-y']);
    expect(await run(['rm', 'prod', '-y'])).toMatchObject({ exitCode: 0 });
    expect((await written()).split('\n').slice(3)).toEqual([
      'installations:',
      '  lab:',
      '    host: l',
      'current: lab',
      '',
    ]);
  });

  it('show the change with --dry-run and write nothing', async () => {
    const result = await run(['set', 'host', 'h', '--installation', 'prod', '--dry-run', '--json']);
    expect(JSON.parse(result.stdout)).toEqual({
      path: here.configPath,
      action: 'set',
      installation: 'prod',
      key: 'host',
      before: null,
      after: 'h',
      changed: null,
    });
    const people = await run(['set', 'host', 'h', '--installation', 'prod', '--dry-run']);
    expect(people.stderr).toContain('+     host: h');
    expect(await exists(join(here.home, 'config'))).toBe(false);
    expect(await exists(here.dataDir)).toBe(false);
  });

  it.each<[string, readonly string[], number, string, string]>([
    [
      'an unknown key',
      ['set', 'nomad.adress', 'x', '-y'],
      2,
      'UNKNOWN_KEY',
      'Did you mean nomad.address?',
    ],
    [
      'an unknown key to unset',
      ['unset', 'colour', '-y'],
      2,
      'UNKNOWN_KEY',
      'The keys are host, version',
    ],
    ['a secret', ['set', 'nomad.token', 'canary', '-y'], 2, 'SECRET_IN_CONFIG', '(tokenFile)'],
    [
      'a secret in an address',
      ['set', 'nomad.address', 'http://u:canary@h', '-y'],
      2,
      'BAD_VALUE',
      'tokenFile',
    ],
    [
      'an invalid value',
      ['set', 'nomad.access', 'canary', '-y'],
      2,
      'BAD_VALUE',
      'Valid values are auto, direct',
    ],
    [
      'an invalid name',
      ['set', 'host', 'h', '--installation', 'a b', '-y'],
      2,
      'BAD_NAME',
      'letters',
    ],
    [
      'an installation that does not exist',
      ['use', 'prdo', '-y'],
      5,
      'INSTALLATION_NOT_FOUND',
      'Did you mean prod?',
    ],
    [
      'a key to unset of an installation that does not exist',
      ['unset', 'host', '--installation', 'x', '-y'],
      5,
      'INSTALLATION_NOT_FOUND',
      'prod, lab',
    ],
    [
      'removing the installation in use',
      ['remove', 'prod', '-y'],
      6,
      'INSTALLATION_IN_USE',
      'config use lab',
    ],
    ['a change without a terminal or --yes', ['use', 'lab'], 6, 'NOT_CONFIRMED', '--yes'],
    [
      'a change with --read-only',
      ['use', 'lab', '-y', '--read-only'],
      6,
      'READ_ONLY',
      '--read-only',
    ],
    ['a missing value', ['set', 'host'], 2, 'BAD_ARGUMENTS', '--help'],
  ])('reject %s and write nothing', async (_, argv, exitCode, code, hint) => {
    await writeConfig(TWO);
    const result = await run([...argv, '--json']);
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(JSON.parse(result.stderr.split('\n').at(-2) ?? '')).toMatchObject({
      code,
      exitCode,
      hint: expect.stringContaining(hint),
    });
    expect(result.stderr).not.toContain('canary');
    expect(await written()).toBe(TWO);
    expect(await exists(here.dataDir)).toBe(false);
  });

  it('require an installation if none is in use', async () => {
    expect(await run(['set', 'host', 'h', '-y'])).toMatchObject({
      exitCode: 2,
      stderr:
        'Error: No installation is in use, and none was named\nName an existing or a new one: --installation NAME\n',
    });
  });

  it('do not change a file that is not YAML, and report the position of the error', async () => {
    await writeConfig('installations: [canary');
    const result = await run(['set', 'host', 'h', '--installation', 'a', '-y']);
    expect(result.exitCode).toBe(7);
    expect(result.stderr).toMatch(/^Error: \S+config\.yaml:1:\d+: not valid YAML: /);
    expect(result.stderr).not.toContain('canary');
    expect(await written()).toBe('installations: [canary');
  });

  it('never show the arguments of a command that prints a secret', async () => {
    const secret = 'echo canary-token';
    const results = [
      await run(['set', 'nomad.tokenCommand', secret, '--installation', 'p', '-y']),
      await run([
        'set',
        'nomad.tokenCommand',
        `${secret} x`,
        '--installation',
        'p',
        '-y',
        '--json',
      ]),
      await run(['set', 'nomad.tokenCommand', 'y', '--installation', 'p', '--dry-run', '--json']),
      await run(['show', 'p', '--json']),
      await run(['remove', 'p', '--dry-run']),
      await here.cli(['audit', 'list', '--json']),
    ];
    for (const result of results) {
      expect(result.exitCode).toBe(0);
      expect(result.stdout + result.stderr).not.toContain('canary');
    }
    expect(await readFile(join(here.dataDir, 'audit.jsonl'), 'utf8')).not.toContain('canary');
    expect(await written()).toContain('tokenCommand: echo canary-token x');
  });

  it('have nothing to do if the file already has the setting', async () => {
    await writeConfig(TWO);
    expect(await run(['use', 'prod'])).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`Nothing to do: ${here.configPath} already has this.`),
    });
  });

  it('warn of a new name that is similar to an existing one', async () => {
    await writeConfig(TWO);
    const result = await run(['set', 'host', 'h', '--installation', 'prdo', '--dry-run']);
    expect(result.stderr).toContain(
      'Warning: This creates a new installation prdo. The file already has prod: did you mean that one?',
    );
  });
});
