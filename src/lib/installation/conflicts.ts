import type { Profile } from './profile.ts';
import type { Environment } from './setting-origins.ts';
import type { Chosen } from './settings.ts';

/**
 * The ambient variables that name something else than the profile does, each as a sentence. They
 * are not followed, but whoever set them may be thinking of another installation.
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

/** Whether two addresses (or paths) name the same, whatever the scheme and the slashes at the end. */
export function sameAddress(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

function bare(address: string): string {
  const rest = address.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  // Paths tell upper from lower case, hosts do not.
  return address.startsWith('/') ? address.replace(/\/+$/, '') : rest.toLowerCase();
}
