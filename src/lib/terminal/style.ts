import { Chalk } from 'chalk';
import type { Tone } from './table.ts';

/** Where text goes: how wide it may be, and whether colours show. */
export interface Style {
  /** Cells of the terminal; undefined where nothing bounds a line. */
  readonly width: number | undefined;
  readonly color: boolean;
  readonly wide: boolean;
}

// Whether a stream shows colours was decided before: chalk is not to look for itself.
const chalk = new Chalk({ level: 1 });

const PAINTS: Readonly<Record<Tone, (text: string) => string>> = {
  good: chalk.green,
  warning: chalk.yellow,
  bad: chalk.red,
  quiet: chalk.dim,
  strong: chalk.bold,
};

/** The text in its tone, where colours show. */
export function paint(text: string, tone: Tone | undefined, color: boolean): string {
  return color && tone !== undefined ? PAINTS[tone](text) : text;
}
