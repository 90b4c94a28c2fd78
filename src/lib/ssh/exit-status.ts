import { constants } from 'node:os';
import type { SshExit } from './client.ts';

/** How a command ended as one number: 128 and the signal's where a signal ended it, as shells say it. */
export function exitStatus({ exitCode, signal }: SshExit): number {
  if (exitCode !== null) return exitCode;
  const number: unknown = Reflect.get(constants.signals, signal ?? '');
  return 128 + (typeof number === 'number' ? number : 0);
}
