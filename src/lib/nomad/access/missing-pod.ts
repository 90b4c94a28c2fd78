import { AdminError, isAdminError } from '../../errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { chooseServerPod, nomadServersAmong, type WantedPod } from '../server-pods.ts';

/** The pod to use instead, or the error to report. */
export type Replacement = { readonly pod: string } | { readonly error: AdminError };

/**
 * Looks for a replacement if the server's pod does not exist (its name changes with the version of
 * CircleCI Server). If the operator did not name the pod, the result is another pod that runs
 * Nomad. Otherwise the result is a more precise error: the namespace does not exist, or which of
 * its pods run Nomad. If that cannot be determined, the original error is returned. The pods are
 * listed once; no other namespace is searched.
 */
export async function replaceMissingPod(
  missing: AdminError,
  wanted: WantedPod,
  connect: () => Promise<Pick<KubernetesClient, 'listPods'>>,
): Promise<Replacement> {
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
