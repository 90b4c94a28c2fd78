import { Chalk } from 'chalk';

const chalk = new Chalk({ level: 1 });

const TINTS = [
  chalk.cyan,
  chalk.green,
  chalk.magenta,
  chalk.yellow,
  chalk.blue,
  chalk.cyanBright,
  chalk.greenBright,
  chalk.magentaBright,
  chalk.yellowBright,
  chalk.blueBright,
] as const;

/** Colours the text by a hash of `key`. Red is not used, because it marks errors. */
export function tint(text: string, key: string, color: boolean): string {
  if (!color) return text;
  let hash = 7;
  for (const character of key) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return (TINTS[hash % TINTS.length] ?? chalk.cyan)(text);
}
