import type { Service } from './service.ts';

/** Returns whether a server version, as major.minor, has a service. */
export function isOfVersion(
  { since, until }: Pick<Service, 'since' | 'until'>,
  version: string,
): boolean {
  return (
    number(since) <= number(version) && (until === undefined || number(version) <= number(until))
  );
}

/** Returns the latest of several versions; null if there are none. */
export function latestVersion(versions: readonly string[]): string | null {
  return [...versions].sort((a, b) => number(b) - number(a))[0] ?? null;
}

/** Returns a number that sorts `3.10` after `3.9`. */
function number(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
}
