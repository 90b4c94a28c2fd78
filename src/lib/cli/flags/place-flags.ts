import type { Chosen } from '../../installation/settings.ts';
import { shellWord } from '../../shell-word.ts';

export { shellWord };

/**
 * The flags that chose the installation, each with a blank before it, quoted for a shell: a command
 * that is suggested has to reach the same one.
 */
export function placeFlags(chosen: Chosen): string {
  const flags: readonly (readonly [string, string | undefined])[] = [
    ['installation', chosen.installation],
    ['context', chosen.context],
    ['namespace', chosen.namespace],
    ['kubeconfig', chosen.kubeconfig],
    ['nomad-access', chosen.nomadAccess],
    ['nomad-address', chosen.nomadAddress],
    ['nomad-pod', chosen.nomadPod],
  ];
  return flags
    .flatMap(([flag, value]) => (value === undefined ? [] : [` --${flag} ${shellWord(value)}`]))
    .join('');
}
