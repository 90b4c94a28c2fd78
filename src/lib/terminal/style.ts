import { Chalk } from 'chalk';
import type { Tone } from './table.ts';

/** How text is rendered: the maximum width, colours, and wide columns. */
export interface Style {
  /** The width of the terminal in columns; undefined if lines are not limited. */
  readonly width: number | undefined;
  readonly color: boolean;
  readonly wide: boolean;
}

// A fixed level: the caller decides about colours per stream, so chalk must not detect them.
const chalk = new Chalk({ level: 1 });

const PAINTS: Readonly<Record<Tone, (text: string) => string>> = {
  good: chalk.green,
  warning: chalk.yellow,
  bad: chalk.red,
  quiet: chalk.dim,
  strong: chalk.bold,
};

/** Colours the text by its tone if `color` is true. */
export function paint(text: string, tone: Tone | undefined, color: boolean): string {
  return color && tone !== undefined ? PAINTS[tone](text) : text;
}
