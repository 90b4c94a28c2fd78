import type { Tone } from './table.ts';

/** A symbol in front of a line that shows the state of its subject. */
export interface Mark {
  readonly sign: string;
  /** The ASCII replacement, for terminals without Unicode. */
  readonly plain: string;
  readonly tone: Tone;
}

/** The marks shared by all lists of checks. */
export const MARKS = {
  ok: { sign: '✔', plain: '+', tone: 'good' },
  warning: { sign: '!', plain: '!', tone: 'warning' },
  bad: { sign: '✖', plain: 'x', tone: 'bad' },
  unknown: { sign: '?', plain: '?', tone: 'warning' },
  skipped: { sign: '–', plain: '-', tone: 'quiet' },
  nothing: { sign: '·', plain: '.', tone: 'quiet' },
} as const satisfies Readonly<Record<string, Mark>>;

/** How marks are rendered. */
export interface MarkStyle {
  /** Whether the terminal can show non-ASCII characters. */
  readonly unicode: boolean;
  readonly paint: (text: string, tone: Tone) => string;
}

/** Renders a mark for the terminal. */
export function drawMark({ sign, plain, tone }: Mark, { unicode, paint }: MarkStyle): string {
  return paint(unicode ? sign : plain, tone);
}
