import { AdminError, isAdminError } from '../../errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { chooseServerPod, nomadServersAmong, type WantedPod } from '../server-pods.ts';

/** A pod to go on with, or the error to tell. */
export type InItsPlace = { readonly pod: string } | { readonly error: AdminError };

/**
 * What to do about a server's pod that is not there (its name changes with CircleCI Server's
 * version): where nobody has named it, another pod that runs Nomad is taken. Else the error says
 * more: that the namespace does not exist, or which pods of it run Nomad. What cannot be found out
 * leaves the error as it is. The pods are listed once; no other namespace is searched.
 */
export async function replaceMissingPod(
  missing: AdminError,
  wanted: WantedPod,
  connect: () => Promise<Pick<KubernetesClient, 'listPods'>>,
): Promise<InItsPlace> {
  try {
    const pods = await (await connect()).listPods();
    const found = wanted.podNamed ? null : chooseServerPod(pods, wanted);
    if (found) return { pod: found.name };
    const servers = nomadServersAmong(pods).map(({ name }) => name);
    const [first] = servers;
    if (first === undefined) return { error: missing };
    const hint = `The Nomad server there is ${servers.join(', ')}: add --nomad-pod ${first}, or set nomad.pod in the profile.`;
    const { kind, message, code } = missing;
    return { error: new AdminError(kind, message, { code, hint, cause: missing }) };
  } catch (failure) {
    if (!isAdminError(failure)) throw failure;
    return { error: failure.code === 'NAMESPACE_NOT_FOUND' ? failure : missing };
  }
}
