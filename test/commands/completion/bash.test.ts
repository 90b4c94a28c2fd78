import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';

// Runs the script in a real bash, with the bundled program.

const RUN = join(import.meta.dirname, '..', '..', '..', 'bin', 'run.js');

let sandbox: Sandbox;
let home: string;

beforeAll(async () => {
  sandbox = await Sandbox.start({ rate: 0, clients: 2 });
  home = mkdtempSync(join(tmpdir(), 'completion-test-'));
  const program = join(home, 'circleci-admin');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${RUN}' "$@"\n`);
  chmodSync(program, 0o755);
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

/**
 * Returns the completions that bash offers for the last of the words, split as bash splits them.
 */
async function press(...lines: readonly (readonly string[])[]): Promise<readonly string[][]> {
  const quoted = (words: readonly string[]): string =>
    ['circleci-admin', ...words].map((word) => `'${word}'`).join(' ');
  const script = [
    'source <(circleci-admin completion bash)',
    ...lines.flatMap((words) => [
      `COMP_WORDS=(${quoted(words)}); COMP_CWORD=${words.length}`,
      `_circleci_admin; printf "%s\\n" "\${COMPREPLY[@]}" ---`,
    ]),
    'complete -p circleci-admin',
  ].join('\n');
  const bash = promisify(execFile);
  const { stdout, stderr } = await bash('bash', ['--norc', '--noprofile', '-c', script], {
    cwd: home,
    env: { PATH: `${home}:${process.env['PATH']}`, HOME: home, ...sandbox.environment() },
  });
  expect(stderr).toBe('');
  const parts = stdout.split('---\n').map((part) => part.split('\n').filter(Boolean));
  expect(parts.pop()).toEqual(['complete -F _circleci_admin circleci-admin']);
  return parts;
}

describe('completion bash', () => {
  it('completes commands, flags, values and files', async () => {
    expect(
      await press(
        ['nom'],
        ['nomad', 'node-status', '--id'],
        ['nomad', 'status', '--output', '=', 'js'],
        ['nomad', 'status', '--output', '='],
        ['nomad', 'status', '-o', 'csv', '--status', 'running,d'],
        ['nomad:status', '--wat'],
        ['config', 'validate', 'circle'],
        ['no', 'such', ''],
      ),
    ).toEqual([
      ['nomad'],
      ['--idle'],
      ['json'],
      ['table', 'wide', 'tsv', 'csv', 'json', 'ndjson', 'yaml'],
      ['running,dead'],
      ['--watch'],
      ['circleci-admin'],
      [],
    ]);
  });

  it('completes names of the installation', async () => {
    const [nodes = [], pods] = await press(
      ['nomad', 'drain', ''],
      ['nomad', 'cli', '--nomad-pod', 'circleci-n'],
    );
    expect(nodes).toHaveLength(2);
    for (const node of nodes) expect(node).toMatch(/^ip-10-/);
    expect(pods).toEqual(['circleci-nomad-0']);
  });
});
