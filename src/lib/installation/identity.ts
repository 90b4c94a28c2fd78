import { AdminError, isAdminError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';

/**
 * Whether the connected cluster is the one of the profile. A context name does not identify a
 * cluster, because any kubeconfig can use it for any cluster. The UID of the namespace
 * `kube-system` does: it is created with the cluster and never changes.
 */
export type IdentityVerdict = 'same' | 'other' | 'unknown';

/**
 * Compares cluster IDs. The verdict is `unknown` if either ID is null.
 *
 * @param expected `kubernetes.clusterId` of the profile; null if it is not set
 * @param seen the UID of the namespace `kube-system`; null without permission to read it
 */
export function compareIdentity(expected: string | null, seen: string | null): IdentityVerdict {
  if (expected === null || seen === null) return 'unknown';
  return expected.trim().toLowerCase() === seen.trim().toLowerCase() ? 'same' : 'other';
}

/** Returns the error for a cluster that is not the one of the profile. */
export function otherCluster(profile: string, expected: string, seen: string): AdminError {
  return new AdminError('refused', `This is not the cluster of installation ${profile}`, {
    code: 'OTHER_CLUSTER',
    hint: [
      `Its ID is ${seen}, but the profile has ${expected}: the kubeconfig context points at another cluster.`,
      `If the installation has moved: circleci-admin config set kubernetes.clusterId ${seen} --installation ${profile}`,
    ].join('\n'),
  });
}

/** The ID of the connected cluster, compared with the one in the profile. */
export interface ClusterIdentity {
  readonly verdict: IdentityVerdict;
  readonly expected: string;
  /** Null without permission to read it. */
  readonly seen: string | null;
  /** The error if the cluster could not be reached; null otherwise. */
  readonly failure: AdminError | null;
}

/** The namespace that every cluster has from its creation. */
export const IDENTITY_NAMESPACE = 'kube-system';

/** Reads the ID of the cluster. An unreachable cluster is returned as a `failure`, not thrown. */
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
