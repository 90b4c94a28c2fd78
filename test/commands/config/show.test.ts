import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../../src/lib/errors.ts';
import { type Machine, machine } from '../../support/machine.ts';
import type { TestRuntimeOptions } from '../../support/test-runtime.ts';

let here: Machine;

beforeEach(async () => {
  here = await machine();
  await mkdir(dirname(here.configPath));
});

const run = (argv: readonly string[], options: TestRuntimeOptions = {}) =>
  here.cli(['config', ...argv], options);

const TWO = `current: prod
installations:
  prod:
    host: circleci.example.com
    version: 4.10
    kubernetes: {context: eks, namespace: circleci-server}
    nomad: {address: "https://n.example.com", tokenCommand: pass show canary}
  lab: {readOnly: true}
`;

describe('config show', () => {
  it('shows each setting with its source, and conflicts, but no secret', async () => {
    await writeFile(here.configPath, TWO);
    const env = {
      NOMAD_ADDR: 'http://other',
      NOMAD_TOKEN: 'canary-token',
      CIRCLECI_ADMIN_NOMAD_PORT: '4647',
    };
    const result = await run(['show', '--json', '--context', 'gke'], { env });
    const document = JSON.parse(result.stdout);
    const from = Object.fromEntries(
      document.settings.map(({ key, ...rest }: { key: string }) => [key, rest]),
    );
    expect(from).toMatchObject({
      host: { value: 'circleci.example.com', source: 'profile', variable: null },
      version: { value: '4.10', source: 'profile' },
      'kubernetes.context': { value: 'gke', source: 'flag' },
      'nomad.tokenCommand': { value: 'pass …', source: 'profile' },
      'nomad.port': { value: 4647, source: 'environment', variable: 'CIRCLECI_ADMIN_NOMAD_PORT' },
      readOnly: { value: false, source: 'default' },
    });
    expect(document).toMatchObject({
      installation: 'prod',
      path: here.configPath,
      tokens: { nomad: null, server: null },
      conflicts: ['NOMAD_ADDR is http://other, but the profile has https://n.example.com'],
      withheld: [
        "the profile's Nomad token is not sent: kubernetes.context is now gke, but the profile has eks",
      ],
    });
    expect(result.stderr).toContain('Warning: NOMAD_ADDR is http://other');
    expect(result.stdout + result.stderr).not.toContain('canary');
  });

  it('shows another profile, and the settings without a profile', async () => {
    await writeFile(here.configPath, TWO);
    const lab = await run(['show', 'lab'], { tty: true });
    expect(lab.stdout).toMatch(/^readOnly +true +profile$/m);
    expect(lab.stdout).toContain(`Profile: lab (${here.configPath})`);
    await rm(here.configPath);
    const none = await run(['show'], { tty: true, env: { NOMAD_TOKEN: 'canary-token' } });
    expect(none.stdout).toContain(
      `No profile is in use (${here.configPath})\nNomad token: from a variable\n`,
    );
    expect(await run(['show', 'prod'])).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('The config file has no installation "prod'),
    });
  });
});

describe('config list and config path', () => {
  it('list the installations and mark the current one', async () => {
    await writeFile(here.configPath, TWO);
    const list = await run(['list', '--json']);
    expect(JSON.parse(list.stdout)).toEqual({
      installations: [
        {
          name: 'prod',
          inUse: true,
          host: 'circleci.example.com',
          version: '4.10',
          context: 'eks',
          namespace: 'circleci-server',
          nomadAddress: 'https://n.example.com',
          readOnly: false,
        },
        {
          name: 'lab',
          inUse: false,
          host: null,
          version: null,
          context: null,
          namespace: null,
          nomadAddress: null,
          readOnly: true,
        },
      ],
    });
    const table = await run(['ls'], { tty: true, columns: 100 });
    expect(table.stdout).toMatch(/^\* +prod +circleci\.example\.com +4\.10 +eks/m);
    await rm(here.configPath);
    expect(await run(['ls'], { tty: true })).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringContaining('The config file has no installations.'),
    });
  });

  it('print the paths of the file and of its schema', async () => {
    expect((await run(['path'])).stdout).toBe(`${here.configPath}\n`);
    expect((await run(['path', '--schema'])).stdout).toMatch(/\/schema\/config\.schema\.json\n$/);
    expect(JSON.parse((await run(['path', '--json'])).stdout)).toMatchObject({
      path: here.configPath,
      exists: false,
    });
  });
});

describe('config validate', () => {
  it('lists all findings with their positions and exits with 7', async () => {
    await writeFile(
      here.configPath,
      'curent: x\ninstallations:\n  prod:\n    nomad: {token: canary}\n',
    );
    const result = await run(['validate', '--json']);
    expect(result).toMatchObject({ exitCode: 7, stderr: '' });
    expect(JSON.parse(result.stdout)).toEqual({
      path: here.configPath,
      exists: true,
      valid: false,
      findings: [
        {
          key: 'curent',
          message: '"curent" is not a key',
          hint: 'Did you mean current?',
          line: 1,
          column: 1,
        },
        {
          key: 'installations.prod.nomad.token',
          message:
            '"installations.prod.nomad.token" must not be in the config file: it is a secret',
          hint: expect.stringContaining('tokenFile'),
          line: 4,
          column: 13,
        },
      ],
    });
    expect(result.stdout).not.toContain('canary');
    expect((await run(['validate'])).stdout.split('\n')).toHaveLength(3);
  });

  it('reports whether a file is valid, missing or unreadable', async () => {
    expect(await run(['validate'])).toMatchObject({
      exitCode: 0,
      stderr: `${here.configPath} does not exist, which is fine.\n`,
    });
    await writeFile(here.configPath, TWO);
    expect(await run(['validate'])).toMatchObject({
      exitCode: 0,
      stderr: `${here.configPath} is valid.\n`,
    });
    expect(await run(['validate', 'config/config.yaml'], { cwd: here.home })).toMatchObject({
      exitCode: 0,
      stderr: `${here.configPath} is valid.\n`,
    });
    expect(await run(['validate', 'nothing.yaml'], { cwd: here.home })).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining(`File ${join(here.home, 'nothing.yaml')} does not exist`),
    });
    expect(await run(['validate', here.home])).toMatchObject({
      exitCode: 7,
      stderr: expect.stringContaining(`${here.home} cannot be read: it is a directory`),
    });
  });
});

describe('any config file', () => {
  it('makes every command exit with a documented code and without a stack trace', async () => {
    const documented = new Set<number>([0, ...Object.values(EXIT_CODES)]);
    const words = fc.constantFrom(
      ...[
        'installations:',
        '\n',
        '  ',
        'prod:',
        ' ',
        'nomad:',
        'host:',
        'h',
        'current: prod',
        '*a',
      ],
      ...[
        '&a ',
        '{',
        '}',
        '- ',
        '"',
        '!x ',
        '1',
        '~',
        '__proto__:',
        'constructor: {}',
        '<<: ',
        '\0',
      ],
    );
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.array(words, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''))),
    );
    const command = fc.constantFrom(
      ['config', 'list'],
      ['config', 'show', '--json'],
      ['config', 'validate'],
      ['config', 'set', 'host', 'h', '--installation', 'prod', '--yes'],
      ['config', 'unset', 'host', '--installation', 'prod', '--yes'],
      ['config', 'use', 'constructor', '--yes'],
      ['config', 'remove', 'prod', '--yes'],
    );
    await fc.assert(
      fc.asyncProperty(content, command, async (bytes, argv) => {
        await writeFile(here.configPath, bytes);
        const { exitCode, stderr } = await here.cli(argv);
        expect(documented).toContain(exitCode);
        expect(stderr).not.toMatch(/this is a bug|^ {4}at /m);
        // A file is valid after a successful edit.
        if (exitCode === 0 && argv[1] === 'set') {
          expect(await run(['validate'])).toMatchObject({ exitCode: 0 });
        }
      }),
      { numRuns: 200 },
    );
  });
});
