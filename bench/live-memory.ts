import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { median } from './median.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

/**
 * Returns the memory in use in MiB, after garbage collection. The resident memory says little about
 * a program that creates much garbage.
 */
export function liveMemory(): number {
  if (typeof collectGarbage !== 'function') throw new Error('no garbage collector');
  // The first collection releases the buffers that the second one counts.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 / 1024;
}

/** Returns the difference between the medians of the second and the first half of the samples. */
export function growth(samples: readonly number[]): number {
  const half = Math.floor(samples.length / 2);
  return median(samples.slice(-half)) - median(samples.slice(0, half));
}
