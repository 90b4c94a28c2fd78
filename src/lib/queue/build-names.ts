import { firstNames } from '../join-names.ts';
import type { StoppedTrail } from './facts/facts.ts';

/** Returns the names of builds, longest waiting first. */
export function buildNames(stopped: readonly StoppedTrail[]): readonly string[] {
  return stopped.map(({ trail }) => trail.name);
}

const SHOWN = 5;

/** Formats a list of names: `acme/web/12, acme/api/3 and 7 more`. */
export function listed(names: readonly string[]): string {
  return firstNames(names, SHOWN);
}

/** Formats a number of builds: `1 build`, `3 builds`. */
export function builds(count: number): string {
  return count === 1 ? '1 build' : `${count} builds`;
}
