import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import { cli, startCli, startSandbox } from '../../support/sandbox.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

async function rig() {
  const sandbox = await startSandbox({ scenario: 'idle' });
  return { sandbox, options: { env: sandbox.environment(), clock: sandbox.clock } };
}

/** Starts `repl` on a simulated terminal and waits for the prompt. */
async function terminal(sandbox: Sandbox, flags: readonly string[] = []) {
  const typed = new PassThrough();
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const { runtime, result } = startCli(['repl', '--yes', ...flags], {
    ...options,
    stdin: typed,
    tty: true,
  });
  await runtime.stderr.until('user=> ');
  return { typed, runtime, result };
}

function historyFile(sandbox: Sandbox): string {
  return join(sandbox.environment()['CIRCLECI_ADMIN_DATA_DIR'] ?? '', 'repl-history');
}

describe('repl', () => {
  it('evaluates forms of several lines, and writes a history file for its owner only', async () => {
    const { sandbox } = await rig();
    const { typed, runtime, result } = await terminal(sandbox);
    typed.write('(str "a"\n');
    await runtime.stderr.until('... ');
    typed.write('  ")b")\n secret-with-a-blank\n');
    await runtime.stdout.until('"a)b"\n');
    typed.write(CTRL_D);
    const { stderr, exitCode } = await result;
    expect(exitCode).toBe(0);
    expect(stripVTControlCharacters(stderr)).toMatch(
      /Connected to the nREPL of pod frontend-\S+\. /,
    );
    const history = await readFile(historyFile(sandbox), 'utf8');
    expect(history).toBe('(str "a"\n');
    expect((await stat(historyFile(sandbox))).mode & 0o777).toBe(0o600);
    expect(sandbox.nrepl.connections).toBe(0);
  });

  it('recalls earlier input with the arrow keys', async () => {
    const { sandbox } = await rig();
    const first = await terminal(sandbox);
    first.typed.write('(+ 20 22)\n');
    await first.runtime.stdout.until('42\n');
    first.typed.write(CTRL_D);
    await first.result;
    const second = await terminal(sandbox);
    second.typed.write('\u001b[A\r');
    await second.runtime.stdout.until('42\n');
    second.typed.write(CTRL_D);
    expect((await second.result).exitCode).toBe(0);
  });

  it('writes no history with --no-history', async () => {
    const { sandbox } = await rig();
    const { typed, runtime, result } = await terminal(sandbox, ['--no-history']);
    typed.write('(+ 1 2)\n');
    await runtime.stdout.until('3\n');
    typed.write('exit\n');
    expect((await result).exitCode).toBe(0);
    await expect(readFile(historyFile(sandbox))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('Ctrl-C interrupts the evaluation and keeps the session', async () => {
    const { sandbox } = await rig();
    const { typed, runtime, result } = await terminal(sandbox);
    typed.write('(println "begun") (Thread/sleep 900000)\n');
    await runtime.stdout.until('begun\n');
    typed.write(CTRL_C);
    await runtime.stderr.until('Interrupted.');
    typed.write('(+ 40 2)\n');
    await runtime.stdout.until('42\n');
    typed.write(CTRL_D);
    expect((await result).exitCode).toBe(0);
  });

  it('Ctrl-C at the prompt discards the input', async () => {
    const { sandbox } = await rig();
    const { typed, runtime, result } = await terminal(sandbox);
    typed.write('(+ 1\n');
    await runtime.stderr.until('... ');
    typed.write(`(never${CTRL_C}`);
    await runtime.stderr.until('^C');
    typed.write('(+ 1 2)\n');
    await runtime.stdout.until('3\n');
    typed.write(CTRL_D);
    const { stdout, exitCode } = await result;
    expect({ stdout, exitCode }).toEqual({ stdout: '3\n', exitCode: 0 });
  });

  it('reads forms from a pipe without prompts, and exits with 1 if one of them threw', async () => {
    const { options } = await rig();
    const good = await cli(['repl', '--yes'], { ...options, stdin: '(+ 1\n2)\n\n; no form\n:b\n' });
    expect(good).toMatchObject({ stdout: '3\n:b\n', exitCode: 0 });
    expect(good.stderr).not.toContain('=>');
    const bad = await cli(['repl', '--yes'], { ...options, stdin: 'nosuch\n:on\n' });
    expect(bad).toMatchObject({ stdout: ':on\n', exitCode: 1 });
    expect(bad.stderr).toContain('Unable to resolve symbol: nosuch in this context');
    const cut = await cli(['repl', '--yes'], { ...options, stdin: ':a\n(+ 1' });
    expect(cut).toMatchObject({ stdout: ':a\n', exitCode: 2 });
    expect(cut.stderr).toContain('The input ends inside a form: (+ 1');
  });

  it('exits with 4 if the connection is lost', async () => {
    const { sandbox, options } = await rig();
    sandbox.faults.add({ service: 'nrepl', method: 'eval', fault: { kind: 'reset' } });
    const { stderr, exitCode } = await cli(['repl', '--yes'], { ...options, stdin: ':a\n:b\n' });
    expect({ stderr, exitCode }).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('The connection to the REPL ended before the response'),
    });
  });

  it.each([
    [[], 'NOT_CONFIRMED'],
    [['--yes', '--read-only'], 'READ_ONLY'],
  ])('with %j it is refused without connecting', async (flags, code) => {
    const { sandbox, options } = await rig();
    const { stdout, stderr, exitCode } = await cli(['repl', '--json', ...flags], options);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 6 });
    expect(JSON.parse(stderr)).toMatchObject({ code, exitCode: 6 });
    expect(sandbox.calls.recent()).toEqual([]);
  });
});
