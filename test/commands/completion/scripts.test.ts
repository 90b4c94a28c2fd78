import { describe, expect, it } from 'vitest';
import { COMPLETION_SHELLS } from '../../../src/lib/cli/completion/scripts.ts';
import { cli } from '../../support/cli.ts';

describe('the completion scripts', () => {
  it.each([
    ['bash', ['complete -F _circleci_admin circleci-admin', 'words+=("$word")', 'COMPREPLY=()']],
    ['zsh', ['#compdef circleci-admin', 'compdef _circleci_admin', '_describe -V', '_files']],
    ['fish', ['complete -c circleci-admin -f -k', '(commandline -ct)', '__fish_complete_path']],
  ])('of %s call the program and discard its standard error', async (shell, parts) => {
    const { stdout, stderr, exitCode } = await cli(['completion', shell]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatch(/circleci-admin completion complete -- [^\n]+ 2>\/dev\/null/);
    for (const part of parts) expect(stdout).toContain(part);
    // A quoting mistake in the template would leave one of these.
    expect(stdout).not.toMatch(/\\\$|undefined/);
  });

  it.each(COMPLETION_SHELLS)('of %s have help with the line that installs them', async (shell) => {
    const { stdout } = await cli(['completion', shell, '--help']);
    expect(stdout).toContain(`circleci-admin completion ${shell}`);
    expect(stdout).toContain('To keep it');
    const json = await cli(['completion', shell, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      shell,
      script: expect.stringContaining(shell),
    });
  });
});
