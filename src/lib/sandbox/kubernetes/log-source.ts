/** One line of a container's log. */
export interface LogLine {
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
  /** Without its line end. */
  readonly text: string;
}

/** A line that a healthy service writes again and again. */
export interface LogPattern {
  readonly everyMs: number;
  /** Milliseconds after a multiple of {@link everyMs}. */
  readonly offsetMs: number;
  /** The line; `round` counts the repetitions since the epoch. */
  readonly text: (at: Date, round: number) => string;
}

/** Lines that write themselves as the sandbox's time passes; computed when somebody reads. */
export interface LogSource {
  /** The lines from `from` (included) to `to` (not included), in order of time. */
  between(from: number, to: number): LogLine[];
  /** When the first line at or after a moment is due; null when none will come. */
  nextAt(from: number): number | null;
}

/** A container that writes nothing by itself. */
export const SILENT: LogSource = { between: () => [], nextAt: () => null };

/** Makes a source out of patterns. */
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
