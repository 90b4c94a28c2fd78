import type { Chosen, Settings } from '../../installation/settings.ts';
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
  return written(flags);
}

/**
 * The same for kubectl, which does not know this program's profiles. What both read by themselves
 * (`KUBECONFIG`, the current context) is left out.
 */
export function kubectlFlags(chosen: Chosen, { profile, kubernetes }: Settings): string {
  const [file, ...more] = profile === null ? [] : kubernetes.kubeconfig;
  return written([
    ['kubeconfig', chosen.kubeconfig ?? (more.length === 0 ? file : undefined)],
    ['context', kubernetes.context ?? undefined],
    ['namespace', kubernetes.namespace ?? undefined],
  ]);
}

function written(flags: readonly (readonly [string, string | undefined])[]): string {
  return flags
    .flatMap(([flag, value]) => (value === undefined ? [] : [` --${flag} ${shellWord(value)}`]))
    .join('');
}
