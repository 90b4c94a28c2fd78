/**
 * The kinds that kubectl accepts before a name, with the kind that owns their pods: for a
 * Deployment, that is a ReplicaSet.
 */
const KINDS: Readonly<Record<string, string>> = {
  ...{ pod: 'Pod', pods: 'Pod', po: 'Pod' },
  ...{ deployment: 'ReplicaSet', deployments: 'ReplicaSet', deploy: 'ReplicaSet' },
  ...{ statefulset: 'StatefulSet', statefulsets: 'StatefulSet', sts: 'StatefulSet' },
  ...{ daemonset: 'DaemonSet', daemonsets: 'DaemonSet', ds: 'DaemonSet' },
  ...{ job: 'Job', jobs: 'Job' },
};

/**
 * Parses a name with a kind, such as `deploy/frontend`; returns null for a name without a known
 * kind.
 */
export function typedName(text: string): { readonly owner: string; readonly name: string } | null {
  const [kind = '', name, more] = text.split('/');
  const owner = KINDS[kind.toLowerCase().replace(/\.(apps|batch)$/, '')];
  if (owner === undefined || !name || more !== undefined) return null;
  return { owner, name };
}
