/** A line of a container's log. */
export interface LogLine {
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
  /** The line without its line ending. */
  readonly text: string;
}

/** A line that a healthy service logs periodically. */
export interface LogPattern {
  readonly everyMs: number;
  /** Milliseconds after a multiple of {@link everyMs}. */
  readonly offsetMs: number;
  /** Returns the line; `round` counts the repetitions since the epoch. */
  readonly text: (at: Date, round: number) => string;
}

/** Generates lines as sandbox time passes. They are computed when they are read. */
export interface LogSource {
  /** Returns the lines from `from` (inclusive) to `to` (exclusive), ordered by time. */
  between(from: number, to: number): LogLine[];
  /** Returns the time of the first line at or after a time; null if there are no more. */
  nextAt(from: number): number | null;
}

/** The source of a container without generated lines. */
export const SILENT: LogSource = { between: () => [], nextAt: () => null };

/** Creates a source from patterns. */
export function patternSource(patterns: readonly LogPattern[]): LogSource {
  const firstRound = (pattern: LogPattern, from: number): number =>
    Math.ceil((from - pattern.offsetMs) / pattern.everyMs);
  return {
    between(from, to) {
      const lines: LogLine[] = [];
      for (const pattern of patterns) {
        for (let round = firstRound(pattern, from); ; round += 1) {
          const at = round * pattern.everyMs + pattern.offsetMs;
          if (at >= to) break;
          lines.push({ at, text: pattern.text(new Date(at), round) });
        }
      }
      return lines.sort((a, b) => a.at - b.at);
    },
    nextAt(from) {
      const times = patterns.map(
        (pattern) => firstRound(pattern, from) * pattern.everyMs + pattern.offsetMs,
      );
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}
