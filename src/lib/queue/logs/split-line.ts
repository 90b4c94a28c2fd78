/**
 * The start of another record within a line: a space, its time, the fields that services write
 * between time and level, and the level. The operations guide's own samples of the dispatcher and
 * the schedulerer have several records per line.
 */
const EMBEDDED =
  /[;\s](?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d+(?:Z|[+-]\d\d:?\d\d) \[[^\]]*\] \[[^\]]*\] [A-Z]+ |[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\.\d+:?[+-]\d{4} [A-Z]+ )/g;

/** Part of every time of day: a line without a second one is a single record. */
const CLOCK = /:\d\d:\d\d[.,]\d/g;
/** The number of characters that a line's own time may take. */
const TIMESTAMP_LENGTH = 24;

/** Splits a line into its records; most lines are a single record. */
export function splitLine(text: string): readonly string[] {
  // A record quoted within a JSON record is not a separate record.
  if (text.startsWith('{')) return [text];
  CLOCK.lastIndex = TIMESTAMP_LENGTH;
  if (!CLOCK.test(text)) return [text];
  const parts: string[] = [];
  let from = 0;
  for (const { index } of text.matchAll(EMBEDDED)) {
    const part = text.slice(from, index + 1).trimEnd();
    if (part !== '') parts.push(part);
    from = index + 1;
  }
  if (from === 0) return [text];
  parts.push(text.slice(from));
  return parts;
}
