import type { RecordHead } from './record.ts';

/** Two errors that differ only behind this are the same. */
const LOOKED_AT = 240;

/** What differs from one occurrence of an error to the next. */
const BLANKED: readonly (readonly [RegExp, string])[] = [
  [/"(?:[^"\\]|\\.)*"|'[^'\s]*'|`[^`]*`/g, '"_"'],
  // Names of builds and tasks, URLs and paths.
  [/\S*\/\S*|\S*-build-\S*/g, '_'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}\b/gi, '_'],
  [/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '_'],
  [/\d+/g, '#'],
];

/** What two records of one kind of error have in common. */
export function fingerprint(head: RecordHead, exception: string | null): string {
  let message = head.message.slice(0, LOOKED_AT);
  for (const [pattern, blank] of BLANKED) message = message.replace(pattern, blank);
  return `${coarseFingerprint(head, exception)}|${message}`;
}

/** The same, whatever the message is. */
export function coarseFingerprint(head: RecordHead, exception: string | null): string {
  return `${head.level ?? ''}|${head.namespace ?? ''}|${exception ?? ''}`;
}
