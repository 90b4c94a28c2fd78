import { AdminError, type ErrorKind } from '../../errors.ts';
import type { QueueSnapshot } from './snapshot.ts';

/** Kinds of failure that lie with whoever asks, not with what was asked. */
const OWN_FAULTS: readonly ErrorKind[] = ['usage', 'notFound', 'validation'];

/**
 * Why neither the cluster nor Nomad could be looked at, where that is no fault of theirs: no
 * kubeconfig, a context or a namespace that is not there, a login that is refused. Null otherwise:
 * a service that does not answer is evidence.
 */
export function blindness({ pods, nomad }: QueueSnapshot): AdminError | null {
  if (pods.status !== 'failed' || nomad.leader.status === 'known') return null;
  const { failure } = pods;
  const { code, message, hint } = failure;
  const refused = code === 'KUBERNETES_UNAUTHORIZED' ? 'unauthorised' : undefined;
  const kind = refused ?? OWN_FAULTS.find((one) => one === failure.kind);
  return kind ? new AdminError(kind, message, { code, ...(hint === null ? {} : { hint }) }) : null;
}
