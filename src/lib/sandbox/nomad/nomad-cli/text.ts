import { rfc3339 } from '../wire/encode.ts';

/**
 * Formats rows as columns two spaces apart, like the CLI's formatList; empty cells show `empty`.
 */
export function columns(rows: readonly (readonly string[])[], empty = '<none>'): string {
  const cells = rows.map((row) => row.map((cell) => (cell === '' ? empty : cell)));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return cells
    .map((row) =>
      row
        .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

/** Formats `Key = value` lines with aligned equals signs, like the CLI's formatKV. */
export function keyValues(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([key]) => key.length));
  return pairs.map(([key, value]) => `${key.padEnd(width)} = ${value || '<none>'}`).join('\n');
}

/** Returns the first eight characters of an ID; all of it if `verbose`. */
export function shortId(id: string, verbose: boolean): string {
  return verbose ? id : id.slice(0, 8);
}

/** Formats a time as the CLI prints it. */
export function time(ns: bigint): string {
  return rfc3339((ns / 1_000_000_000n) * 1_000_000_000n);
}

const LENGTHS: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400],
  ['mo', 30 * 86_400],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];

/** Formats how long ago a time is, in at most two units (the CLI's prettyTimeDiff). */
export function ago(ns: bigint, nowMs: number): string {
  let seconds = Math.max(0, Math.floor(nowMs / 1_000) - Number(ns / 1_000_000_000n));
  const parts: string[] = [];
  for (const [unit, length] of LENGTHS) {
    if (seconds < length || parts.length === 2) continue;
    parts.push(`${Math.floor(seconds / length)}${unit}`);
    seconds %= length;
  }
  return `${parts.join('') || '0s'} ago`;
}

/** Formats seconds as Go prints a duration: `24m23s`, `50h3m2s`. */
export function goDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

/** Formats bytes in powers of 1024: `6.0 GiB`, `300 MiB` (humanize.IBytes). */
function bytes(count: number): string {
  if (count < 10) return `${count} B`;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  const value = Math.floor((count / 1024 ** power) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[power]}`;
}

/** Formats mebibytes like {@link bytes}. */
export function mebibytes(count: number): string {
  return bytes(count * 1024 * 1024);
}
