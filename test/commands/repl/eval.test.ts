import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, startCli, startSandbox } from '../../support/sandbox.ts';
import type { TestRuntimeOptions } from '../../support/test-runtime.ts';

async function rig() {
  const sandbox = await startSandbox({ scenario: 'idle' });
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const run = (words: readonly string[], more: TestRuntimeOptions = {}) =>
    cli(['repl', 'eval', ...words], { ...options, ...more });
  return { sandbox, options, run };
}

describe('repl eval', () => {
  it('prints values and output, warns before it connects, and logs the code', async () => {
    const { sandbox, run } = await rig();
    const { stdout, stderr, exitCode } = await run(['--yes', '(println "hi") (+ 1 2)']);
    expect({ stdout, exitCode }).toEqual({ stdout: 'hi\nnil\n3\n', exitCode: 0 });
    expect(stderr).toMatch(/^Warning: This runs Clojure inside the frontend of /);
    const audit = join(sandbox.environment()['CIRCLECI_ADMIN_DATA_DIR'] ?? '', 'audit.jsonl');
    const [begin, end] = (await readFile(audit, 'utf8')).trimEnd().split('\n');
    expect(JSON.parse(begin ?? '')).toMatchObject({ action: 'repl eval (println "hi") (+ 1 2)' });
    expect(JSON.parse(end ?? '')).toMatchObject({ phase: 'end', exitCode: 0 });
  });

  it('exits with 1 for an exception and prints its message', async () => {
    const { run } = await rig();
    const { stdout, stderr, exitCode } = await run(['--yes', '(/ 1 0)']);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toContain('Execution error (ArithmeticException)');
    expect(stderr).toContain('Divide by zero\n');
  });

  it('is one JSON document with --json', async () => {
    const { run } = await rig();
    const { stdout, exitCode } = await run(['--yes', '--json', '(println "a") :b (/ 1 0)']);
    expect({ exitCode, document: JSON.parse(stdout) }).toEqual({
      exitCode: 1,
      document: {
        values: ['nil', ':b'],
        out: 'a\n',
        err: 'Execution error (ArithmeticException) at user/eval1 (REPL:1).\nDivide by zero\n',
        exception: 'class java.lang.ArithmeticException',
        interrupted: false,
        namespace: 'user',
      },
    });
  });

  it('reads forms from standard input', async () => {
    const { run } = await rig();
    const { stdout, exitCode } = await run(['--yes', '-'], { stdin: '(+ 1\n   2) ; three\n:b\n' });
    expect({ stdout, exitCode }).toEqual({ stdout: '3\n:b\n', exitCode: 0 });
  });

  it.each([
    [['(+ 1 2)'], 'NOT_CONFIRMED', 6],
    [['--yes', '--read-only', '(+ 1 2)'], 'READ_ONLY', 6],
    [['--yes', '(+ 1 2'], 'FORM_NOT_WHOLE', 2],
    [['--yes', ' ; nothing'], 'FORM_NOT_WHOLE', 2],
  ])('%j is refused without connecting', async (words, code, exitCode) => {
    const { sandbox, run } = await rig();
    const result = await run(['--json', ...words]);
    expect(result).toMatchObject({ stdout: '', exitCode });
    expect(JSON.parse(result.stderr)).toMatchObject({ code, exitCode });
    expect(sandbox.calls.recent()).toEqual([]);
  });

  it('Ctrl-C interrupts the evaluation in the frontend', async () => {
    const { sandbox, options } = await rig();
    const controller = new AbortController();
    const words = ['repl', 'eval', '--yes', '(println "begun") (Thread/sleep 900000)'];
    const { runtime, result } = startCli(words, { ...options, signal: controller.signal });
    await runtime.stdout.until('begun');
    controller.abort();
    const { stderr, exitCode } = await result;
    expect(exitCode).toBe(6);
    expect(stderr).toContain('Interrupted. What it did before that is not undone.');
    expect(sandbox.calls.recent().some(({ method }) => method === 'interrupt')).toBe(true);
  });

  it('--timeout interrupts the evaluation', async () => {
    const { sandbox, options } = await rig();
    const words = ['repl', 'eval', '--yes', '--timeout', '5s', '(Thread/sleep 900000)'];
    const { result } = startCli(words, options);
    while (!sandbox.calls.recent().some(({ method }) => method === 'eval')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sandbox.clock.advance(5_000);
    const { stderr, exitCode } = await result;
    expect({ stderr, exitCode }).toMatchObject({
      exitCode: 8,
      stderr: expect.stringContaining('The evaluation timed out after 5 s'),
    });
  });
});
