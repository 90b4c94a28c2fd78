import { appendFile, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Masker } from '../masking.ts';

/** Lines that are kept. */
const MOST = 1_000;

/** The lines that were typed, over sessions. */
export interface ReplHistory {
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Keeps a line, unless it holds a secret or begins with a blank. */
  add(line: string): Promise<void>;
}

/** Keeps nothing. */
export const NO_HISTORY: ReplHistory = { lines: [], add: async () => undefined };

/**
 * The history in a file that only its owner can read. A file that cannot be read or written costs
 * the history, and nothing else.
 */
export async function openHistory(
  path: string,
  masker: Pick<Masker, 'mask'>,
): Promise<ReplHistory> {
  const all = await readLines(path);
  const lines = all.slice(-MOST);
  if (all.length > 2 * MOST) await writeFile(path, joined(lines), { mode: 0o600 });
  return {
    lines,
    add: async (line) => {
      if (line.trim() === '' || /^\s/.test(line) || masker.mask(line) !== line) return;
      await append(path, joined([line])).catch(() => undefined);
    },
  };
}

async function readLines(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

async function append(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await appendFile(path, text, { mode: 0o600 });
  await chmod(path, 0o600);
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
