import { ADMIN_PATHS } from '../server/admin-paths.ts';
import type { Chosen } from './settings.ts';

/** The type of a value, which determines how its text is parsed and checked. */
export type ValueKind =
  | 'text'
  | 'host'
  | 'address'
  | 'path'
  | 'file'
  | 'files'
  | 'command'
  | 'boolean'
  | 'port'
  | 'version'
  | 'duration'
  | 'choice'
  | 'login'
  | 'hop';

/** A key that a profile may have. */
export interface ProfileKey {
  /** The dotted name, as for `config set`. */
  readonly key: string;
  readonly kind: ValueKind;
  /** A one-line description, for display and for editors. */
  readonly description: string;
  /** The valid values of a `choice`. */
  readonly choices?: readonly string[];
  /** The shared flag that overrides it. */
  readonly flag?: keyof Chosen;
  /** The `CIRCLECI_ADMIN_*` variable that overrides it; default is derived from the key. */
  readonly variable?: string;
  /** The standard variable of other tools, which is used only if no profile is in use. */
  readonly ambient?: string;
  /** The default value. */
  readonly fallback?: string | number | boolean;
}

/**
 * All keys of a profile. This table is the single source for checking the config file, for its
 * published schema, for parsing the values of `config set`, and for the sources of each setting.
 */
export const PROFILE_KEYS: readonly ProfileKey[] = [
  {
    key: 'host',
    kind: 'host',
    description: 'Host of the CircleCI server, such as circleci.example.com',
    ambient: 'CIRCLE_HOST',
  },
  {
    key: 'version',
    kind: 'version',
    description: "The server's version as major.minor, such as 3.0 or 4.3",
    // Not CIRCLECI_ADMIN_VERSION, which images and install scripts use for the version of this
    // tool.
    variable: 'CIRCLECI_ADMIN_SERVER_VERSION',
  },
  {
    key: 'baseDomain',
    kind: 'host',
    description: "Domain of the installation's internal names, such as prod.circleci.internal",
  },
  {
    key: 'readOnly',
    kind: 'boolean',
    description: 'Refuse all commands that make changes',
    flag: 'readOnly',
    fallback: false,
  },
  {
    key: 'requestTimeout',
    kind: 'duration',
    description: 'Time limit for one request, such as 30s',
    flag: 'requestTimeout',
    fallback: '30s',
  },
  {
    key: 'kubernetes.kubeconfig',
    kind: 'files',
    description: 'Kubeconfig file, or several separated by colons',
    flag: 'kubeconfig',
    variable: 'CIRCLECI_ADMIN_KUBECONFIG',
    ambient: 'KUBECONFIG',
  },
  {
    key: 'kubernetes.context',
    kind: 'text',
    description: 'Context of the kubeconfig',
    flag: 'context',
    variable: 'CIRCLECI_ADMIN_CONTEXT',
  },
  {
    key: 'kubernetes.namespace',
    kind: 'text',
    description: 'Namespace that the server is installed in',
    flag: 'namespace',
    variable: 'CIRCLECI_ADMIN_NAMESPACE',
  },
  {
    key: 'kubernetes.clusterId',
    kind: 'text',
    description: 'UID of the namespace kube-system: identifies this cluster',
  },
  {
    key: 'kubernetes.bastion',
    kind: 'hop',
    description: "Reach the cluster's API through a host: true for ssh.bastion, or another one",
  },
  {
    key: 'nomad.access',
    kind: 'choice',
    choices: ['auto', 'direct', 'proxy', 'port-forward', 'exec'],
    description: 'How to reach Nomad; auto uses the first way that works',
    flag: 'nomadAccess',
    fallback: 'auto',
  },
  {
    key: 'nomad.address',
    kind: 'address',
    description: "Address of Nomad's API, such as https://nomad.example.com:4646",
    flag: 'nomadAddress',
    ambient: 'NOMAD_ADDR',
  },
  {
    key: 'nomad.region',
    kind: 'text',
    description: 'Nomad region',
    ambient: 'NOMAD_REGION',
  },
  {
    key: 'nomad.namespace',
    kind: 'text',
    description: 'Nomad namespace',
    ambient: 'NOMAD_NAMESPACE',
  },
  {
    key: 'nomad.tokenFile',
    kind: 'file',
    description: "File with Nomad's token, readable by its owner only",
  },
  {
    key: 'nomad.tokenCommand',
    kind: 'command',
    description: "Command that prints Nomad's token",
  },
  {
    key: 'nomad.caFile',
    kind: 'file',
    description: "Certificate authority of Nomad's API (PEM)",
    ambient: 'NOMAD_CACERT',
  },
  {
    key: 'nomad.certFile',
    kind: 'file',
    description: "Client certificate for Nomad's API (PEM)",
    ambient: 'NOMAD_CLIENT_CERT',
  },
  {
    key: 'nomad.keyFile',
    kind: 'file',
    description: 'Key of the client certificate (PEM)',
    ambient: 'NOMAD_CLIENT_KEY',
  },
  {
    key: 'nomad.serverName',
    kind: 'text',
    description: "Server name in the certificate of Nomad's API",
    ambient: 'NOMAD_TLS_SERVER_NAME',
  },
  {
    key: 'nomad.skipVerify',
    kind: 'boolean',
    description: "Do not check the certificate of Nomad's API",
    ambient: 'NOMAD_SKIP_VERIFY',
    fallback: false,
  },
  {
    key: 'nomad.pod',
    kind: 'text',
    description:
      'Pod of the Nomad server; if not set and not there, another pod that runs one is used',
    flag: 'nomadPod',
    fallback: 'circleci-nomad-0',
  },
  {
    key: 'nomad.port',
    kind: 'port',
    description: "Port of Nomad's API in the pod",
    fallback: 4646,
  },
  {
    key: 'nomad.tls',
    kind: 'boolean',
    description: "Nomad's API in the pod uses TLS",
    fallback: false,
  },
  {
    key: 'server.tokenFile',
    kind: 'file',
    description: "File with an administrator's API token, readable by its owner only",
  },
  {
    key: 'server.tokenCommand',
    kind: 'command',
    description: "Command that prints an administrator's API token",
  },
  {
    key: 'server.caFile',
    kind: 'file',
    description: "Certificate authority of the server's host, if it is not a public one (PEM)",
    ambient: 'NODE_EXTRA_CA_CERTS',
  },
  {
    key: 'server.frontendSelector',
    kind: 'text',
    description: "Label of the frontend's pods",
    fallback: 'app=frontend',
  },
  {
    key: 'server.replPort',
    kind: 'port',
    description: "Port of the nREPL in the frontend's pod",
    fallback: 6005,
  },
  ...Object.entries(ADMIN_PATHS).map(
    ([name, path]): ProfileKey => ({
      key: `server.paths.${name}`,
      kind: 'path',
      description: `Path of ${path} on this server, if different`,
      fallback: path,
    }),
  ),
  {
    key: 'server.settingNames.suspendNewUsers',
    kind: 'text',
    description: 'Name of the system setting "Suspend New Users", if it has another title',
  },
  {
    key: 'server.settingNames.requiredOrgs',
    kind: 'text',
    description:
      'Name of the system setting "Required Org Membership List", if it has another title',
  },
  {
    key: 'github.host',
    kind: 'host',
    description: 'Host of the GitHub that the server uses (default github.com)',
    ambient: 'GITHUB_API_URL',
  },
  {
    key: 'github.tokenFile',
    kind: 'file',
    description: 'File with a GitHub token with the scope read:org',
  },
  {
    key: 'github.tokenCommand',
    kind: 'command',
    description: 'Command that prints a GitHub token',
  },
  {
    key: 'services.file',
    kind: 'file',
    description: 'File with services that have other names, labels or roles here (YAML)',
  },
  {
    key: 'services.external',
    kind: 'text',
    description:
      'Services that run outside the cluster, such as circleci-postgresql,circleci-vault',
  },
  {
    key: 'ssh.user',
    kind: 'text',
    description: 'User to log in as on the Nomad clients',
    // The user of the images in CircleCI's Terraform modules.
    fallback: 'ubuntu',
  },
  {
    key: 'ssh.keyFile',
    kind: 'file',
    description: 'Private key to log in with (default: the SSH agent and the default keys)',
  },
  {
    key: 'ssh.port',
    kind: 'port',
    description: 'SSH port of the Nomad clients',
    fallback: 22,
  },
  {
    key: 'ssh.bastion',
    kind: 'login',
    description: 'Bastion host to connect through, such as ubuntu@bastion.example.com:22',
  },
  {
    key: 'ssh.knownHostsFile',
    kind: 'file',
    description: 'File of known host keys (default ~/.ssh/known_hosts)',
  },
];

const BY_NAME: ReadonlyMap<string, ProfileKey> = new Map(PROFILE_KEYS.map((one) => [one.key, one]));

/** Returns the key with a name; undefined if there is none. */
export function findKey(name: string): ProfileKey | undefined {
  return BY_NAME.get(name);
}

/** The keys that contain other keys, such as `nomad` and `server.paths`. */
export const KEY_GROUPS: ReadonlySet<string> = new Set(
  PROFILE_KEYS.flatMap(({ key }) => {
    const words = key.split('.').slice(0, -1);
    return words.map((_, depth) => words.slice(0, depth + 1).join('.'));
  }),
);

/** Returns the variable that overrides a key: `CIRCLECI_ADMIN_NOMAD_CA_FILE` for `nomad.caFile`. */
export function variableOf({ key, variable }: ProfileKey): string {
  if (variable !== undefined) return variable;
  const words = key.replaceAll('.', '_').replace(/([a-z])([A-Z])/g, '$1_$2');
  return `CIRCLECI_ADMIN_${words.toUpperCase()}`;
}

/** The pattern of a profile's name, which is used in flags, file names and the audit log. */
export const PROFILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Returns whether a key is named like a secret, instead of a file or a command for it. */
export function holdsSecret(name: string): boolean {
  return /(?:^|[.])(?:[a-z]*token|[a-z]*password|[a-z]*secret|apiKey|httpAuth)$/i.test(name);
}
