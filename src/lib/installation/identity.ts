import { AdminError, isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';

/**
 * Whether the cluster that answers is the one that the profile was made for. A context is a
 * nickname that any kubeconfig may give to any cluster; the uid of the namespace `kube-system` is
 * made once with the cluster and never again.
 */
export type IdentityVerdict = 'same' | 'other' | 'unknown';

/**
 * Compares cluster ids. What is not known, in the profile or because it may not be read, proves
 * nothing.
 *
 * @param expected `kubernetes.clusterId` of the profile
 * @param seen uid of the namespace `kube-system` of the cluster that answers
 */
export function compareIdentity(expected: string | null, seen: string | null): IdentityVerdict {
  if (expected === null || seen === null) return 'unknown';
  return expected.trim().toLowerCase() === seen.trim().toLowerCase() ? 'same' : 'other';
}

/** The error for a cluster that is not the profile's. */
export function otherCluster(profile: string, expected: string, seen: string): AdminError {
  return new AdminError('refused', `This is not the cluster of installation ${profile}`, {
    code: 'OTHER_CLUSTER',
    hint: [
      `Its ID is ${seen}, but the profile has ${expected}: the kubeconfig context points at another cluster.`,
      `If the installation has moved: circleci-admin config set kubernetes.clusterId ${seen} --installation ${profile}`,
    ].join('\n'),
  });
}

/** What the cluster says about itself, beside what the profile says about it. */
export interface ClusterIdentity {
  readonly verdict: IdentityVerdict;
  readonly expected: string;
  /** Null where it may not be read. */
  readonly seen: string | null;
  /** Why it could not be asked at all; null where it was. */
  readonly failure: AdminError | null;
}

/** The namespace that is made with every cluster. */
export const IDENTITY_NAMESPACE = 'kube-system';

/** Asks the cluster who it is. That it cannot be reached is an answer too: it is told elsewhere. */
export async function readIdentity(
  expected: string,
  kubernetes: () => Promise<Pick<KubernetesClient, 'namespaceId'>>,
): Promise<ClusterIdentity> {
  try {
    const client = await kubernetes();
    const seen = await client.namespaceId(IDENTITY_NAMESPACE);
    return { verdict: compareIdentity(expected, seen), expected, seen, failure: null };
  } catch (error) {
    if (!isAdminError(error)) throw error;
    return { verdict: 'unknown', expected, seen: null, failure: error };
  }
}
