import type { Entry } from './entry.ts';
import { exceptionIn, isThreadOfDump, namesException, traceLine } from './stack-trace.ts';

/**
 * Returns whether a record is an error. A record's level, if it has one, decides, and not words in
 * its message: "errors=0" is fine. However, an exception is an error at every level above DEBUG if
 * it has a stack trace, or if the message contains the exception with its message.
 */
export function isError({ head, rank, frames, causes, exception }: Entry): boolean {
  if (rank === 'error') return true;
  if (rank === 'quiet') return false;
  if (rank === null && isThreadOfDump(head.message)) return false;
  if (frames > 0 || causes.length > 0) return true;
  if (rank === null) {
    if (traceLine(head.message) === 'crash') return true;
    // JSON with an error field but without a level.
    if (head.error !== null && head.level === null) return true;
    return exception !== null && namesException(head.message);
  }
  return namesException(head.message) || (exception !== null && exceptionIn(head.message) === null);
}
