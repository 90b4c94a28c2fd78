import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fileProblem, isFileMissing } from '../../src/lib/file-problem.ts';

function problemOf(use: () => void): string {
  try {
    use();
  } catch (error) {
    return fileProblem(error);
  }
  throw new Error('nothing failed');
}

it('says in words what is wrong with a file', () => {
  expect(problemOf(() => readFileSync('/nonexistent/file'))).toBe('no such file or directory');
  expect(problemOf(() => readFileSync('/'))).toBe('it is a directory');
  expect(problemOf(() => writeFileSync(`${import.meta.filename}/file`, ''))).toBe(
    'not a directory',
  );
});

it('says what an error without a number says', () => {
  expect(fileProblem(new Error('the disk is full'))).toBe('the disk is full');
});

it('knows a missing file from other problems', () => {
  expect(isFileMissing(Object.assign(new Error('gone'), { code: 'ENOENT' }))).toBe(true);
  expect(isFileMissing(Object.assign(new Error('closed'), { code: 'EACCES' }))).toBe(false);
  expect(isFileMissing('ENOENT')).toBe(false);
});
