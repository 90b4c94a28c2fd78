import { apiVersion, RESOURCES, SUBRESOURCES } from './resources.ts';

/** Returns the `/version` document of a release such as `v1.21.2-k3s1`. */
export function versionInfo(gitVersion: string): Record<string, string> {
  const [, major = '1', minor = '21'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: 'faffd6ecd237a32315a462a25c1cce1f24a9a506',
    gitTreeState: 'clean',
    buildDate: '2021-06-18T03:51:40Z',
    goVersion: 'go1.19.8',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

/** Returns the `/api` document. */
export function coreVersions(address: string): unknown {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

const GROUPS = [...new Set(RESOURCES.map((type) => type.group))].filter((group) => group !== '');

function group(name: string): unknown {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

/** Returns the `/apis` document. */
export function groupList(): unknown {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(group) };
}

/** Returns the `/apis/GROUP` document; undefined for an unknown group. */
export function groupInfo(name: string): unknown {
  if (!GROUPS.includes(name)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...Object(group(name)) };
}

/**
 * Returns the document of `/api/v1` or `/apis/GROUP/VERSION`; undefined if nothing is served there.
 */
export function resourceList(name: string, version: string): unknown {
  const types = RESOURCES.filter((type) => type.group === name && type.version === version);
  if (types.length === 0) return undefined;
  const resources = types.flatMap((type) => [
    {
      name: type.name,
      singularName: '',
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: type.verbs,
      ...(type.shortNames ? { shortNames: type.shortNames } : {}),
      ...(type.categories ? { categories: type.categories } : {}),
      ...(type.storageVersionHash ? { storageVersionHash: type.storageVersionHash } : {}),
    },
    ...SUBRESOURCES.filter((sub) => sub.parent === type.name).map((sub) => ({
      name: `${sub.parent}/${sub.name}`,
      singularName: '',
      namespaced: sub.namespaced,
      ...(sub.group ? { group: sub.group, version: sub.version } : {}),
      kind: sub.kind,
      verbs: sub.verbs,
    })),
  ]);
  return {
    kind: 'APIResourceList',
    ...(name === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersion({ group: name, version }),
    resources,
  };
}
