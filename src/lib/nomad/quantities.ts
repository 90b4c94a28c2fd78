const GIB = 1024 ** 3;

/** Formats a CPU frequency for display: `8.0 GHz`, `500 MHz`; `unknown` for null. */
export function formatMhz(mhz: number | null): string {
  if (mhz === null) return 'unknown';
  return mhz >= 1000 ? `${(mhz / 1000).toFixed(1)} GHz` : `${mhz} MHz`;
}

/** Formats used and total CPU for a table: `1.1/4 GHz`; `-` if the total is unknown. */
export function cpuRatio(usedMhz: number | null, totalMhz: number | null): string {
  return ratio(usedMhz, totalMhz, 1000, 'GHz');
}

/** Formats used and total memory for a table: `0.5/8 GiB`; `-` if the total is unknown. */
export function memoryRatio(usedBytes: number | null, totalBytes: number | null): string {
  return ratio(usedBytes, totalBytes, GIB, 'GiB');
}

/** Formats a part of the total CPU: `8.0 of 32.0 GHz`. */
export function cpuShare(partMhz: number, totalMhz: number): string {
  return `${(partMhz / 1000).toFixed(1)} of ${(totalMhz / 1000).toFixed(1)} GHz`;
}

/** Formats a part of the total memory: `20.0 of 64.0 GiB`. */
export function memoryShare(partBytes: number, totalBytes: number): string {
  return `${(partBytes / GIB).toFixed(1)} of ${(totalBytes / GIB).toFixed(1)} GiB`;
}

function ratio(used: number | null, total: number | null, unit: number, name: string): string {
  if (total === null) return '-';
  return `${used === null ? '?' : short(used / unit)}/${short(total / unit)} ${name}`;
}

function short(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

/** Formats an amount with its noun: `1 build`, `2 builds`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** Returns the first 8 characters of a UUID, as the nomad CLI prints it. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
