/** Kinds as kubectl takes them before a name; what owns the pods of each: of a Deployment, a ReplicaSet. */
const KINDS: Readonly<Record<string, string>> = {
  ...{ pod: 'Pod', pods: 'Pod', po: 'Pod' },
  ...{ deployment: 'ReplicaSet', deployments: 'ReplicaSet', deploy: 'ReplicaSet' },
  ...{ statefulset: 'StatefulSet', statefulsets: 'StatefulSet', sts: 'StatefulSet' },
  ...{ daemonset: 'DaemonSet', daemonsets: 'DaemonSet', ds: 'DaemonSet' },
  ...{ job: 'Job', jobs: 'Job' },
};

/** Reads a name with a kind before it, such as `deploy/frontend`; null for a name without a known kind. */
export function typedName(text: string): { readonly owner: string; readonly name: string } | null {
  const [kind = '', name, more] = text.split('/');
  const owner = KINDS[kind.toLowerCase().replace(/\.(apps|batch)$/, '')];
  if (owner === undefined || !name || more !== undefined) return null;
  return { owner, name };
}
