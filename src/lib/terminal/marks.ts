import type { Tone } from './table.ts';

/** A sign in front of a line that says how something does. */
export interface Mark {
  readonly sign: string;
  /** Where signs beyond ASCII may not show. */
  readonly plain: string;
  readonly tone: Tone;
}

/** The signs that every list of checks uses. */
export const MARKS = {
  ok: { sign: '✔', plain: '+', tone: 'good' },
  warning: { sign: '!', plain: '!', tone: 'warning' },
  bad: { sign: '✖', plain: 'x', tone: 'bad' },
  unknown: { sign: '?', plain: '?', tone: 'warning' },
  skipped: { sign: '–', plain: '-', tone: 'quiet' },
  nothing: { sign: '·', plain: '.', tone: 'quiet' },
} as const satisfies Readonly<Record<string, Mark>>;

/** How marks are drawn. */
export interface MarkStyle {
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  readonly paint: (text: string, tone: Tone) => string;
}

/** A mark as the terminal shows it. */
export function drawMark({ sign, plain, tone }: Mark, { unicode, paint }: MarkStyle): string {
  return paint(unicode ? sign : plain, tone);
}
