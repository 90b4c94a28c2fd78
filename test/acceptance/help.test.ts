import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceCommands } from '../../scripts/source-commands.ts';
import { RULES } from '../../src/lib/queue/rules/index.ts';
import { cli } from '../support/cli.ts';

describe.each([[['help']], [['--help']], [[]]])('%j', (argv) => {
  it('fits a terminal, has first steps, and lists every command', async () => {
    const { stdout, stderr, exitCode } = await cli(argv);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toContain('$ circleci-admin init ');
    for (const { id, hidden } of await sourceCommands()) {
      const [topic = '', name] = id.split(':');
      const at = lines.findIndex((line) => line.startsWith(`  ${topic} `));
      expect(at, id).toBeGreaterThan(0);
      const listed = (lines[at + 1] ?? '').trim().split(', ');
      if (!hidden && name !== undefined) expect(listed, id).toContain(name);
    }
  });
});

describe('help CODE', () => {
  it.each([...RULES.map(({ code }) => code), 'CA0101'])('shows the page of %s', async (code) => {
    for (const word of [code, code.toLowerCase()]) {
      const { stdout, exitCode } = await cli(['help', word]);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(new RegExp(`^# ${code}: `));
    }
  });

  it('shows every file in docs/checks and docs/findings', async () => {
    for (const folder of ['checks', 'findings']) {
      const files = await readdir(join(import.meta.dirname, '..', '..', 'docs', folder));
      for (const file of files) {
        const { stdout } = await cli(['help', file.replace('.md', '')]);
        expect(stdout).toContain(`# ${file.replace('.md', '')}: `);
      }
    }
  });

  it.each(['permissions', 'security'])('shows the page on %s', async (name) => {
    const { stdout, exitCode } = await cli(['help', name]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^# /);
  });

  it('exits with 5 for an unknown code', async () => {
    const { stderr, exitCode } = await cli(['help', 'CQ9999', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'UNKNOWN_CODE', exitCode: 5 });
    expect(exitCode).toBe(5);
  });
});

describe('the usage line', () => {
  it.each([
    ['nomad ssh', 'nomad ssh NODE [FLAGS] [-- COMMAND...]'],
    ['nomad cli', 'nomad cli [FLAGS] -- ARGS...'],
    ['sandbox run', 'sandbox run [FLAGS] -- COMMAND...'],
    ['nomad drain', 'nomad drain [NODE...] [FLAGS]'],
    ['settings set', 'settings set NAME VALUE [FLAGS]'],
  ])('of %s', async (words, usage) => {
    const { stdout } = await cli([...words.split(' '), '--help']);
    expect(stdout).toContain(`\n  $ circleci-admin ${usage}\n`);
  });
});
