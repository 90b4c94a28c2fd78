import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

/**
 * Memory that is in use, in MiB: what is left when all garbage has gone. The memory that the system
 * counts says little about a program that makes much garbage.
 */
export function liveMemory(): number {
  if (typeof collectGarbage !== 'function') throw new Error('no garbage collector');
  // The first lets go of the buffers, which the second one counts.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 / 1024;
}

/** How far the later half of some numbers lies above the earlier one, by their medians. */
export function growth(samples: readonly number[]): number {
  const half = Math.floor(samples.length / 2);
  return median(samples.slice(-half)) - median(samples.slice(0, half));
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
