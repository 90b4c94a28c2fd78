import type { RecordHead } from './record.ts';

/** The number of characters of a message that are compared. */
const COMPARED_LENGTH = 240;

/** The parts of a message that differ between occurrences of the same error. */
const BLANKED: readonly (readonly [RegExp, string])[] = [
  [/"(?:[^"\\]|\\.)*"|'[^'\s]*'|`[^`]*`/g, '"_"'],
  // Names of builds and tasks, URLs and paths.
  [/\S*\/\S*|\S*-build-\S*/g, '_'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}\b/gi, '_'],
  [/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '_'],
  [/\d+/g, '#'],
];

/** Returns a key that is equal for records of the same kind of error. */
export function fingerprint(head: RecordHead, exception: string | null): string {
  let message = head.message.slice(0, COMPARED_LENGTH);
  for (const [pattern, blank] of BLANKED) message = message.replace(pattern, blank);
  return `${coarseFingerprint(head, exception)}|${message}`;
}

/** Returns a fingerprint that ignores the message. */
export function coarseFingerprint(head: RecordHead, exception: string | null): string {
  return `${head.level ?? ''}|${head.namespace ?? ''}|${exception ?? ''}`;
}
