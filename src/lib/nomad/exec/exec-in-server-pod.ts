import { isAdminError } from '../../errors.ts';
import type { ExecRequest, ExecResult, KubernetesClient } from '../../kubernetes/client.ts';

/** The names of Nomad's own container in a pod with several containers. */
const OWN_NAMES: readonly string[] = ['nomad', 'nomad-server'];

/**
 * Runs a command in the pod of a Nomad server. If the pod has sidecars (metrics, a service mesh),
 * Kubernetes requires a container name: the command then runs in Nomad's container, or in the first
 * one as with kubectl. Kubernetes refuses before it runs anything, so a pod with a single container
 * needs no extra request.
 *
 * @throws AdminError as {@link KubernetesClient.exec}
 */
export async function execInServerPod(
  kubernetes: Pick<KubernetesClient, 'exec'>,
  request: ExecRequest,
): Promise<ExecResult> {
  try {
    return await kubernetes.exec(request);
  } catch (error) {
    const container = request.container === undefined ? containerToChoose(error) : null;
    if (container === null) throw error;
    return kubernetes.exec({ ...request, container });
  }
}

/** Chooses the container from the refusal that lists them; null for any other error. */
function containerToChoose(error: unknown): string | null {
  if (!isAdminError(error)) return null;
  // From registry/core/pod/strategy.go of Kubernetes; init containers are listed separately after
  // these.
  const names = /container name must be specified .*?choose one of: \[([^\]]+)\]/.exec(
    error.message,
  )?.[1];
  const [first, ...others] = names?.split(' ') ?? [];
  if (first === undefined) return null;
  return OWN_NAMES.find((name) => [first, ...others].includes(name)) ?? first;
}
