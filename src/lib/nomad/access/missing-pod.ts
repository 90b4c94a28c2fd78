import { AdminError, isAdminError } from '../../errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { isNomadServerPod } from '../server-pods.ts';

/**
 * Says more about a server's pod that is not there: that the namespace does not exist, or which
 * pods of it run Nomad (their name changes with CircleCI Server's version). What cannot be found
 * out leaves the error as it is.
 */
export async function explainMissingPod(
  error: unknown,
  connect: () => Promise<Pick<KubernetesClient, 'listPods'>>,
): Promise<unknown> {
  if (!isAdminError(error) || error.code !== 'NOMAD_POD_NOT_FOUND') return error;
  try {
    const pods = await (await connect()).listPods();
    const servers = pods.filter(isNomadServerPod).map(({ name }) => name);
    const [first] = servers;
    if (first === undefined) return error;
    return new AdminError(error.kind, error.message, {
      code: error.code,
      hint: `The Nomad server there is ${servers.join(', ')}: add --nomad-pod ${first}, or set nomad.pod in the profile.`,
      cause: error,
    });
  } catch (failure) {
    return isAdminError(failure) && failure.code === 'NAMESPACE_NOT_FOUND' ? failure : error;
  }
}
