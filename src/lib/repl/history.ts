import { appendFile, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Masker } from '../masking.ts';

/** The maximum number of lines kept. */
const MAX_LINES = 1_000;

/** The typed lines, kept across sessions. */
export interface ReplHistory {
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Saves a line, unless it contains a secret or starts with whitespace. */
  add(line: string): Promise<void>;
}

/** A history that saves nothing. */
export const NO_HISTORY: ReplHistory = { lines: [], add: async () => undefined };

/**
 * Opens the history in a file that only its owner can read. If the file cannot be read or
 * written, the session works without it.
 */
export async function openHistory(
  path: string,
  masker: Pick<Masker, 'mask'>,
): Promise<ReplHistory> {
  const all = await readLines(path);
  const lines = all.slice(-MAX_LINES);
  if (all.length > 2 * MAX_LINES) {
    // A file that cannot be shortened can still be read.
    await writeFile(path, joined(lines), { mode: 0o600 }).catch(() => undefined);
  }
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
