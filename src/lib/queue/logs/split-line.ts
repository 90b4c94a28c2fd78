/**
 * Where another record begins within a line: behind a space, its time stamp, what services write
 * between that and the level, and the level. The operations guide's own samples of the dispatcher and
 * the schedulerer have several records on a line.
 */
const EMBEDDED =
  /[;\s](?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d+(?:Z|[+-]\d\d:?\d\d) \[[^\]]*\] \[[^\]]*\] [A-Z]+ |[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\.\d+:?[+-]\d{4} [A-Z]+ )/g;

/** What every time of day has: a line without a second one is one record. */
const CLOCK = /:\d\d:\d\d[.,]\d/g;
/** How far into a line its own time may reach. */
const OWN_TIME = 24;

/** The records of a line as they stand in it; most lines are one. */
export function splitLine(text: string): readonly string[] {
  // What a JSON record quotes is no record of its own.
  if (text.startsWith('{')) return [text];
  CLOCK.lastIndex = OWN_TIME;
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
