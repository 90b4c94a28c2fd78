import { AdminError, type ErrorKind } from '../../errors.ts';
import type { QueueSnapshot } from './snapshot.ts';

/** Kinds of failure caused by the request, not by the service. */
const REQUEST_FAULTS: readonly ErrorKind[] = ['usage', 'notFound', 'validation'];

/**
 * Returns why neither the cluster nor Nomad could be examined, if that is not their fault: no
 * kubeconfig, a missing context or namespace, a rejected login. Returns null otherwise: a service
 * that does not respond is evidence.
 */
export function accessError({ pods, nomad }: QueueSnapshot): AdminError | null {
  if (pods.status !== 'failed' || nomad.leader.status === 'known') return null;
  const { failure } = pods;
  const { code, message, hint } = failure;
  const refused = code === 'KUBERNETES_UNAUTHORIZED' ? 'unauthorised' : undefined;
  const kind = refused ?? REQUEST_FAULTS.find((one) => one === failure.kind);
  return kind ? new AdminError(kind, message, { code, ...(hint === null ? {} : { hint }) }) : null;
}
