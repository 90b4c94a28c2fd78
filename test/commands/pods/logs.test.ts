import { expect, it } from 'vitest';
import { cli, startCli, startSandbox } from '../../support/sandbox.ts';

it('follows several services in different colours until interrupted', async () => {
  const sandbox = await startSandbox();
  const stop = new AbortController();
  const { signal } = stop;
  const tty = { stdout: true };
  const options = { env: sandbox.environment(), clock: sandbox.clock, tty, signal };
  const line = ['pods', 'logs', 'dispatcher', 'schedulerer', '--follow', '--tail', '0'];
  const { runtime, result } = startCli(line, options);
  await expect.poll(() => followed(sandbox.calls.recent()), { timeout: 10_000 }).toBe(2);
  await sandbox.clock.advance(2_000);
  sandbox.kubernetes.appendLog('dispatcher', undefined, 'from the one');
  sandbox.kubernetes.appendLog('schedulerer', undefined, 'from the other');
  await runtime.stdout.until('from the one');
  await runtime.stdout.until('from the other');
  stop.abort();
  expect(await result).toMatchObject({ exitCode: 6, stderr: '' });
  const tints = runtime.stdout.text.matchAll(/\[(\d+)m(?:dispatcher|schedulerer)-/g);
  expect(new Set([...tints].map(([, tint]) => tint)).size).toBe(2);
});

it('rejects an invalid pattern', async () => {
  const sandbox = await startSandbox();
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const result = await cli(['pods', 'logs', 'frontend', '--grep', '(', '--json'], options);
  expect(result).toMatchObject({ stdout: '', exitCode: 2 });
  expect(JSON.parse(result.stderr)).toMatchObject({
    code: 'BAD_PATTERN',
    message: expect.stringContaining('"(" is not a valid pattern'),
  });
});

it.each([
  [(pod: string) => [pod], 'alone'],
  [(pod: string) => [`pod/${pod}`, '-c', 'dispatcher'], 'alone'],
  [() => ['dispatcher'], 'named'],
  [(pod: string) => [pod, 'schedulerer'], 'named'],
  [() => ['--service', 'dispatcher'], 'named'],
  [() => ['-l', 'app=dispatcher'], 'named'],
])('prefixes lines with the pod unless a single log is named: %s', async (words, how) => {
  const sandbox = await startSandbox();
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const pod = sandbox.kubernetes.pod('dispatcher').metadata.name;
  sandbox.kubernetes.appendLog('dispatcher', undefined, 'a line');
  const { stdout } = await cli(['pods', 'logs', ...words(pod), '--tail', '1'], options);
  expect(stdout.split('\n')).toContain(how === 'alone' ? 'a line' : `${pod} a line`);
});

it('takes --tail=-1 for every line, as kubectl does', async () => {
  const sandbox = await startSandbox();
  const options = { env: sandbox.environment(), clock: sandbox.clock };
  const all = await cli(['pods', 'logs', 'dispatcher'], options);
  expect(await cli(['pods', 'logs', 'dispatcher', '--tail=-1'], options)).toEqual(all);
});

function followed(calls: readonly { readonly path: string }[]): number {
  return calls.filter(({ path }) => path.includes('follow=true')).length;
}
