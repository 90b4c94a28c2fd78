import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogCursor } from '../../../../src/lib/pods/logs/log-cursor.ts';

const START = Date.parse('2026-03-02T09:00:00Z');

/** Returns a line as sent by the kubelet. */
function sent(nanos: number, text: string): string {
  const second = new Date(START + Math.floor(nanos / 1e9) * 1_000).toISOString().slice(0, 19);
  return `${second}.${String(nanos % 1e9).padStart(9, '0')}Z ${text}`;
}

/** Returns the lines that the kubelet sends of a log, from a whole second on. */
function from(log: readonly string[], since: Date | null): readonly string[] {
  const floor = since === null ? '' : since.toISOString().slice(0, 19);
  return log.filter((line) => line.slice(0, 19) >= floor);
}

const texts = (cursor: LogCursor, lines: readonly string[]): string[] =>
  lines.flatMap((line) => cursor.take(line)?.text ?? []);

describe('a log cursor', () => {
  const lines = fc
    .array(
      fc.record({
        step: fc.integer({ min: 0, max: 700_000_000 }),
        // The lines of stdout and stderr are not strictly ordered by time.
        late: fc.constantFrom(0, 0, 1, 900_000_000),
        text: fc.constantFrom('same', 'other', 'x'.repeat(2_000), ''),
      }),
      { maxLength: 60 },
    )
    .map((steps) => {
      let nanos = 1e9;
      return steps.map(({ step, late, text }, at) => {
        // Lines with the same time and text cannot be distinguished, so every line here is
        // different.
        nanos += step;
        return sent(nanos - late, `${text}${at}`);
      });
    });

  it('returns each line exactly once, although streams break', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(70), { maxLength: 8 }), (log, breaks) => {
        const cursor = new LogCursor();
        const read: string[] = [];
        let written = 0;
        for (const more of [...breaks, log.length]) {
          // Some lines are written, then the stream breaks.
          written = Math.min(log.length, Math.max(written, more));
          const visible = from(log.slice(0, written), cursor.since());
          cursor.open(false);
          read.push(...texts(cursor, visible));
        }
        const all = log.map((line) => line.slice(line.indexOf(' ') + 1));
        expect([...read].sort()).toEqual([...all].sort());
      }),
      { numRuns: 300 },
    );
  });

  it('loses no line if older lines were rotated away', () => {
    const log = ['a', 'b', 'c', 'd', 'e'].map((text, at) => sent(1e9 + at, text));
    const cursor = new LogCursor();
    cursor.open(false);
    expect(texts(cursor, log.slice(0, 3))).toEqual(['a', 'b', 'c']);
    cursor.open(false);
    expect(texts(cursor, log.slice(2))).toEqual(['d', 'e']);
    cursor.open(false);
    expect(texts(cursor, [sent(1e9 + 9, 'f')])).toEqual(['f']);
  });

  it('does not return lines before the requested last lines', () => {
    const log = ['a', 'b', 'c', 'd'].map((text, at) => sent(1e9 + at, text));
    const cursor = new LogCursor();
    cursor.open(true);
    expect(texts(cursor, log.slice(2))).toEqual(['c', 'd']);
    cursor.open(false);
    expect(texts(cursor, [...log, sent(2e9, 'e')])).toEqual(['e']);
  });

  it('recognises the parts of a long line', () => {
    const cursor = new LogCursor();
    const parts = (cursor: LogCursor) =>
      [cursor.take(sent(1e9, 'a')), cursor.take('b', true), cursor.take(sent(1e9 + 1, 'c'))].map(
        (line) => line?.text ?? null,
      );
    cursor.open(false);
    expect(parts(cursor)).toEqual(['a', 'b', 'c']);
    cursor.open(false);
    expect(parts(cursor)).toEqual([null, null, null]);
    // In a further part of a line, text that looks like a time is not a time.
    expect(cursor.take(sent(5e9, 'd'), true)).toEqual({
      time: sent(1e9 + 1, '').trim(),
      text: sent(5e9, 'd'),
    });
  });

  it('skips lines before the requested time, although the kubelet truncates it to seconds', () => {
    const cursor = new LogCursor(new Date(START + 1_500));
    expect(cursor.since()).toEqual(new Date(START + 1_000));
    cursor.open(false);
    const log = [1.1e9, 1.5e9, 1.7e9].map((nanos) => sent(nanos, String(nanos / 1e8)));
    expect(texts(cursor, log)).toEqual(['15', '17']);
  });

  it('parses every form of RFC 3339, and gives a line without a time the time of the line before', () => {
    const cursor = new LogCursor();
    const take = (line: string) => cursor.take(line);
    expect(take('2026-03-02T09:00:00Z one')?.time).toBe('2026-03-02T09:00:00.000000000Z');
    expect(take('2026-03-02T10:00:00.25+01:00 two')?.time).toBe('2026-03-02T09:00:00.250000000Z');
    expect(take('2026-03-02T09:00:01.5Z')).toEqual({
      time: '2026-03-02T09:00:01.500000000Z',
      text: '',
    });
    expect(take('no time here')).toEqual({
      time: '2026-03-02T09:00:01.500000000Z',
      text: 'no time here',
    });
  });
});
