import type { Profile } from './profile.ts';
import type { Environment } from './setting-origins.ts';
import type { Chosen } from './settings.ts';

/**
 * Returns one sentence for each ambient variable that differs from the profile. These variables are
 * not used, but they show that the operator may have another installation in mind.
 */
export function findConflicts(profile: Profile, chosen: Chosen, env: Environment): string[] {
  const conflicts: string[] = [];
  const compare = (variable: string, own: string | undefined, decided: unknown): void => {
    const value = env[variable];
    if (decided !== undefined || !value || !own) return;
    if (!sameAddress(value, own.replace(/(^|:)~(?=\/)/g, `$1${env['HOME'] ?? '~'}`))) {
      conflicts.push(`${variable} is ${value}, but the profile has ${own}`);
    }
  };
  compare('CIRCLE_HOST', profile.host, env['CIRCLECI_ADMIN_HOST'] || undefined);
  compare('NOMAD_ADDR', profile.nomad?.address, chosen.nomadAddress);
  compare('KUBECONFIG', profile.kubernetes?.kubeconfig, chosen.kubeconfig);
  return conflicts;
}

/** Returns whether two addresses or paths are equal, ignoring the scheme and trailing slashes. */
export function sameAddress(one: string, other: string): boolean {
  return normalizedAddress(one) === normalizedAddress(other);
}

function normalizedAddress(address: string): string {
  const rest = address.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  // Paths are case-sensitive, hosts are not.
  return address.startsWith('/') ? address.replace(/\/+$/, '') : rest.toLowerCase();
}
