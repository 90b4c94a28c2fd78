import type { Chosen, Settings } from '../../installation/settings.ts';
import type { CommandFlags } from '../../queue/target-flags.ts';
import { shellWord } from '../../shell-word.ts';

export { shellWord };

/**
 * Returns the flags that select the installation, each after a space and quoted for a shell, so
 * that a suggested command uses the same installation.
 */
export function targetFlagsOf(chosen: Chosen): string {
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
 * Returns the same flags for kubectl, which does not know the profiles of this tool. Settings that
 * both read by default (`KUBECONFIG`, the current context) are omitted.
 */
export function kubectlFlags(chosen: Chosen, { profile, kubernetes }: Settings): string {
  const [file, ...more] = profile === null ? [] : kubernetes.kubeconfig;
  return written([
    ['kubeconfig', chosen.kubeconfig ?? (more.length === 0 ? file : undefined)],
    ['context', kubernetes.context ?? undefined],
    ['namespace', kubernetes.namespace ?? undefined],
  ]);
}

/** Both, for suggested commands. */
export function commandFlagsOf(chosen: Chosen, settings: Settings): CommandFlags {
  return { admin: targetFlagsOf(chosen), kubectl: kubectlFlags(chosen, settings) };
}

function written(flags: readonly (readonly [string, string | undefined])[]): string {
  return flags
    .flatMap(([flag, value]) => (value === undefined ? [] : [` --${flag} ${shellWord(value)}`]))
    .join('');
}
