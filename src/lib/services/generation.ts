import { joinNames } from '../join-names.ts';
import { isOfVersion } from './version.ts';

/** Whether the services that run builds are those until 4.2 or those since 4.3. */
export type Generation = 'before-4.3' | 'since-4.3';

/**
 * Services that exist in only one generation, by their names in the catalogue. The distributor is
 * not among them: it was added within 3.x, beside the dispatchers (CircleCI's server-scripts,
 * fleet-state).
 */
const SIGNS: Readonly<Record<Generation, readonly string[]>> = {
  'before-4.3': ['legacy-dispatcher', 'dispatcher', 'scheduler', 'output-processor'],
  'since-4.3': ['docker-provisioner', 'output'],
};

/** Returns those of the services that exist only in a generation. */
export function signsOf(generation: Generation, services: ReadonlySet<string>): readonly string[] {
  return SIGNS[generation].filter((service) => services.has(service));
}

/** Returns the generation of an installation's services; null if they indicate neither or both. */
export function generationOf(services: ReadonlySet<string>): Generation | null {
  const before = signsOf('before-4.3', services).length > 0;
  const since = signsOf('since-4.3', services).length > 0;
  if (before === since) return null;
  return since ? 'since-4.3' : 'before-4.3';
}

/** Returns the generation of a version given as major.minor. */
export function generationOfVersion(version: string): Generation {
  return isOfVersion({ since: '4.3' }, version) ? 'since-4.3' : 'before-4.3';
}

/**
 * Returns the first version that agrees with the running generation, from versions in order of
 * reliability; null if none does.
 */
export function agreeingVersion(
  versions: readonly (string | null)[],
  runs: Generation | null,
): string | null {
  const agrees = (version: string): boolean =>
    runs === null || generationOfVersion(version) === runs;
  return versions.find((version) => version !== null && agrees(version)) ?? null;
}

/** Returns whether every installation of a version has a service because it carries builds. */
export function carriesBuilds(service: string, version: string): boolean {
  if (generationOfVersion(version) === 'before-4.3') return false;
  return service === 'distributor' || SIGNS['since-4.3'].includes(service);
}

/**
 * Returns a sentence about a profile whose version contradicts the running services; null if they
 * agree.
 */
export function contradiction(
  version: string | null,
  services: ReadonlySet<string>,
): string | null {
  const runs = generationOf(services);
  if (version === null || runs === null || generationOfVersion(version) === runs) return null;
  const found = signsOf(runs, services);
  const moved = runs === 'since-4.3' ? 'came' : 'left';
  const names = joinNames(found);
  return (
    `The profile says server ${version}, but ${names} ${found.length === 1 ? 'is' : 'are'} here, which ` +
    `${moved} with 4.3. To correct the profile: circleci-admin config set version VERSION`
  );
}
