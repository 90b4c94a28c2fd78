import { describe, expect, it } from 'vitest';
import { sourceCommands } from '../../scripts/source-commands.ts';
import { commandHelp } from '../../src/lib/cli/help/help.ts';
import { cli } from '../support/cli.ts';

const commands = await sourceCommands();

describe.each(commands.map((command) => [command.id.replaceAll(':', ' '), command] as const))(
  '%s',
  (name, command) => {
    const words = name.split(' ');

    it('has a summary, examples with its name, and help within 40 lines', async () => {
      const help = commandHelp(command, await command.load());
      expect(command.summary).not.toBe('');
      expect(help).toContain('EXAMPLES');
      const [, examples = ''] = /EXAMPLES\n([\s\S]*?)\n\n/.exec(help) ?? [];
      expect(examples.split('\n').every((line) => line.includes(`circleci-admin ${name}`))).toBe(
        true,
      );
      expect(help.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
      expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    });

    it('prints its help for --help and -h, without escape sequences', async () => {
      for (const flag of ['--help', '-h']) {
        const { stdout, stderr, exitCode } = await cli([...words, flag]);
        expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
        expect(stdout).toContain(`$ circleci-admin ${name}`);
        expect(stdout).not.toContain('\u001b');
      }
    });

    it('exits with 2 for an unknown flag', async () => {
      const { stdout, stderr, exitCode } = await cli([...words, '--no-such-flag']);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
      expect(stderr).toMatch(/^Error: .*--no-such-flag/);
    });

    it('prints this error as JSON to standard error only', async () => {
      const { stdout, stderr, exitCode } = await cli([...words, '--json', '--no-such-flag']);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
      expect(JSON.parse(stderr)).toMatchObject({ exitCode: 2, hint: expect.any(String) });
    });
  },
);
