import type { Service } from './service.ts';

/** Whether a version of the server, as major.minor, has a service. */
export function isOfVersion(
  { since, until }: Pick<Service, 'since' | 'until'>,
  version: string,
): boolean {
  return (
    number(since) <= number(version) && (until === undefined || number(version) <= number(until))
  );
}

/** Orders `3.10` behind `3.9`. */
function number(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
}
