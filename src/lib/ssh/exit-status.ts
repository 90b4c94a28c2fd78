import { constants } from 'node:os';
import type { SshExit } from './client.ts';

/** Returns the exit status as shells report it: 128 plus the signal number if a signal ended it. */
export function exitStatus({ exitCode, signal }: SshExit): number {
  if (exitCode !== null) return exitCode;
  const number: unknown = Reflect.get(constants.signals, signal ?? '');
  return 128 + (typeof number === 'number' ? number : 0);
}
