import type { Entry } from './entry.ts';
import { exceptionIn, isThreadOfDump, tellsOfException, traceLine } from './stack-trace.ts';

/**
 * Whether a record is an error. Where it tells its level, that decides, and no word of its message:
 * "errors=0" is well. But an exception is an error at every level above DEBUG, with its stack trace, or
 * where the message gives it with what it says.
 */
export function isError({ head, rank, frames, causes, exception }: Entry): boolean {
  if (rank === 'error') return true;
  if (rank === 'quiet') return false;
  if (rank === null && isThreadOfDump(head.message)) return false;
  if (frames > 0 || causes.length > 0) return true;
  if (rank === null) {
    if (traceLine(head.message) === 'crash') return true;
    // JSON that tells an error and no level.
    if (head.error !== null && head.level === null) return true;
    return exception !== null && tellsOfException(head.message);
  }
  return (
    tellsOfException(head.message) || (exception !== null && exceptionIn(head.message) === null)
  );
}
