import type { Milliseconds } from './clock.ts';
import { AdminError } from './errors.ts';

const UNITS: Readonly<Record<string, Milliseconds>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Parses a duration in the format of Go, Nomad and kubectl (`90s`, `1h30m`, `500ms`), and also days
 * (`30d`).
 *
 * @returns milliseconds
 * @throws AdminError of kind `usage` for anything else, negative durations included
 */
export function parseDuration(text: string): Milliseconds {
  const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text);
  if (!whole) {
    throw new AdminError('usage', `"${text}" is not a duration`, {
      code: 'BAD_DURATION',
      hint: 'Write a number and a unit, such as 90s, 15m, 1h30m or 2d.',
    });
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return total;
}

/**
 * Formats a duration for display, with at most two units: `42s`, `5m12s`, `3h4m`, `2d`.
 *
 * @param ms milliseconds
 */
export function formatDuration(ms: Milliseconds): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, 'm', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'm');
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/**
 * Formats an age as kubectl does: less exactly, the older it is (`95s`, `4m39s`, `35m`, `5h12m`,
 * `19h`, `3d4h`, `12d`, `2y40d`).
 *
 * @param ms milliseconds
 * @see HumanDuration in k8s.io/apimachinery/pkg/util/duration
 */
export function formatAge(ms: Milliseconds): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return pair(days, 'd', hours % 24, 'h');
  const years = Math.floor(days / 365);
  if (years < 2) return `${days}d`;
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}

/**
 * Formats bytes for display in binary units, as the nomad CLI does: `512 MiB`, `4.0 GiB`.
 *
 * @param bytes a whole number of bytes
 */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit >= 3 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? 'B'}`;
}
