import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Masker } from '../../../src/lib/masking.ts';
import { openHistory } from '../../../src/lib/repl/history.ts';

async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'repl-history-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

it('keeps lines for later sessions in a file that only its owner can read', async () => {
  const path = join(await directory(), 'data', 'repl-history');
  const masker = new Masker();
  masker.add('secret-token-1');
  const history = await openHistory(path, masker);
  expect(history.lines).toEqual([]);
  for (const line of ['(a)', '', ' (hidden)', '(login "secret-token-1")', 'TOKEN=x', '(b)']) {
    await history.add(line);
  }
  expect(await readFile(path, 'utf8')).toBe('(a)\n(b)\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await openHistory(path, masker)).lines).toEqual(['(a)', '(b)']);
});

it('limits the number of lines', async () => {
  const path = join(await directory(), 'repl-history');
  const lines = Array.from({ length: 2_500 }, (_, at) => `(line ${at})`);
  await writeFile(path, lines.join('\n'));
  const history = await openHistory(path, new Masker());
  expect(history.lines).toEqual(lines.slice(-1_000));
  expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toEqual(lines.slice(-1_000));
});

it('works without history if the file cannot be used', async () => {
  const history = await openHistory('/dev/null/repl-history', new Masker());
  expect(history.lines).toEqual([]);
  await expect(history.add('(a)')).resolves.toBeUndefined();
});
