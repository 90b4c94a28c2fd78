import { getSystemErrorMap } from 'node:util';

/** Returns why a file cannot be used, such as "no such file or directory", from an error of Node. */
export function fileProblem(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  // libuv's own words for it, "illegal operation on a directory", say nothing to a user.
  if (code === 'EISDIR') return 'it is a directory';
  const [, words] = getSystemErrorMap().get(errno ?? 0) ?? [];
  return words ?? code ?? message;
}

/** Returns whether an error of Node says that a file does not exist. */
export function isFileMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
