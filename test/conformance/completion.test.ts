import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Tests the completion scripts for zsh and fish in real shells. */

const RUN = join(import.meta.dirname, '..', '..', 'bin', 'run.js');

let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'completion-'));
  const program = join(home, 'circleci-admin');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${RUN}' "$@"\n`);
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function has(shell: string): boolean {
  const there = spawnSync(shell, ['-c', 'true']).status === 0;
  if (!there) process.stderr.write(`skipped: no ${shell}\n`);
  return there;
}

function run(shell: string, args: readonly string[]): string {
  const env = { PATH: `${home}:${process.env['PATH']}`, HOME: home, TERM: 'dumb' };
  return spawnSync(shell, args, { encoding: 'utf8', cwd: home, env }).stdout;
}

describe.skipIf(!has('fish'))('fish', () => {
  it.each([
    ['nomad dr', 'drain\tdrain Nomad clients, and wait for their builds to end\n'],
    ['nomad status --status=p', '--status=pending\n'],
    ['nomad status -o j', 'json\n'],
    [
      'config set nomad.addr',
      "nomad.address\tAddress of Nomad's API, such as https://nomad.example.com:4646\n",
    ],
    ['config validate circle', 'circleci-admin\n'],
    ['no such ', ''],
  ])('completes %j', (line, offered) => {
    const script = `circleci-admin completion fish | source; complete -C 'circleci-admin ${line}'`;
    expect(run('fish', ['-c', script])).toBe(offered);
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  it.each([
    ['nomad dr', 'circleci-admin nomad drain '],
    ['nomad status --status=p', 'circleci-admin nomad status --status=pending '],
    ['config set nomad.addr', 'circleci-admin config set nomad.address '],
    ['config validate circle', 'circleci-admin config validate circleci-admin '],
  ])('completes %j', (line, finished) => {
    // In a pseudo-terminal, a widget shows the line after the completion by Tab.
    const script = [
      'zmodload zsh/zpty; zpty z zsh -f -i',
      `zpty -w z 'PS1=; unset zle_bracketed_paste; autoload -U compinit; compinit -u'`,
      `zpty -w z 'source <(circleci-admin completion zsh)'`,
      `zpty -w z 'show() { print -r -- "<<$BUFFER>>"; exit }; zle -N show; bindkey "^X" show; print ready'`,
      `zpty -r -m z out '*ready*ready*'`,
      `zpty -w -n z 'circleci-admin ${line}'$'\\t\\x18'`,
      `zpty -r -m z out '*<<*>>*'; print -r -- "\${\${out##*<<}%%>>*}"`,
    ].join('\n');
    expect(run('zsh', ['-f', '-c', script]).replace(/\n$/, '')).toBe(finished);
  });
});
