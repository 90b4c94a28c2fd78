/** Kinds as kubectl takes them in front of a name, and what owns the pods then. */
const KINDS: Readonly<Record<string, string>> = {
  ...{ pod: 'Pod', pods: 'Pod', po: 'Pod' },
  ...{ deployment: 'ReplicaSet', deployments: 'ReplicaSet', deploy: 'ReplicaSet' },
  ...{ statefulset: 'StatefulSet', statefulsets: 'StatefulSet', sts: 'StatefulSet' },
  ...{ daemonset: 'DaemonSet', daemonsets: 'DaemonSet', ds: 'DaemonSet' },
  ...{ job: 'Job', jobs: 'Job' },
};

/** `Deployment/frontend`, as kubectl takes names and as this tool prints them; null for others. */
export function typedName(text: string): { readonly owner: string; readonly name: string } | null {
  const [kind = '', name, more] = text.split('/');
  const owner = KINDS[kind.toLowerCase().replace(/\.(apps|batch)$/, '')];
  if (owner === undefined || !name || more !== undefined) return null;
  return { owner, name };
}
