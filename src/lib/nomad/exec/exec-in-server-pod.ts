import { isAdminError } from '../../errors.ts';
import type { ExecRequest, ExecResult, KubernetesClient } from '../../kubernetes/client.ts';

/** What Nomad's own container is called, where the pod has others beside it. */
const OWN_NAMES: readonly string[] = ['nomad', 'nomad-server'];

/**
 * Runs a command in the pod of a Nomad server. Sidecars (metrics, a service mesh) make Kubernetes
 * ask for a container's name: then Nomad's is taken, or the first one as kubectl does. The refusal
 * comes before anything is run, so a pod with one container costs nothing.
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

/** The container for a command, out of the refusal that lists them; null for another error. */
function containerToChoose(error: unknown): string | null {
  if (!isAdminError(error)) return null;
  // registry/core/pod/strategy.go of Kubernetes; init containers are listed apart, behind these.
  const names = /container name must be specified .*?choose one of: \[([^\]]+)\]/.exec(
    error.message,
  )?.[1];
  const [first, ...others] = names?.split(' ') ?? [];
  if (first === undefined) return null;
  return OWN_NAMES.find((name) => [first, ...others].includes(name)) ?? first;
}
