import type { AdminPaths } from '../server/admin-paths.ts';

/** Where a secret comes from: never from the command line, never from the config file itself. */
export interface SecretSource {
  /** A file that only its owner can read. */
  readonly file?: string;
  /** A command that prints it. */
  readonly command?: string;
}

/** How Nomad is reached, as a profile says. */
export interface NomadProfile {
  readonly access?: 'auto' | 'direct' | 'proxy' | 'port-forward' | 'exec';
  readonly address?: string;
  readonly region?: string;
  readonly namespace?: string;
  readonly tokenFile?: string;
  readonly tokenCommand?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly serverName?: string;
  readonly skipVerify?: boolean;
  /** The pod of the Nomad server; where it is left out, `circleci-nomad-0`, else the one found. */
  readonly pod?: string;
  readonly port?: number;
  /** The API in the pod speaks TLS. */
  readonly tls?: boolean;
}

/** Which cluster and namespace, as a profile says. */
export interface KubernetesProfile {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  /** Uid of the namespace `kube-system`, which no other cluster has. */
  readonly clusterId?: string;
}

/** How the CircleCI server's own APIs are reached, as a profile says. */
export interface ServerProfile {
  readonly tokenFile?: string;
  readonly tokenCommand?: string;
  readonly caFile?: string;
  readonly frontendSelector?: string;
  readonly replPort?: number;
  /** Where the calls of the admin API are, those that are elsewhere. */
  readonly paths?: Partial<AdminPaths>;
  readonly settingNames?: Partial<Readonly<Record<'suspendNewUsers' | 'requiredOrgs', string>>>;
}

/** The GitHub that the server works with, as a profile says. */
export interface GitHubProfile {
  readonly host?: string;
  readonly tokenFile?: string;
  readonly tokenCommand?: string;
}

/** What is different about the services of an installation, as a profile says. */
export interface ServicesProfile {
  /** A YAML file with services that have other names, labels or roles here. */
  readonly file?: string;
  /** Services that run outside of the cluster, with commas between them. */
  readonly external?: string;
}

/** What the config file says about one installation. Its keys are those of `PROFILE_KEYS`. */
export interface Profile {
  readonly host?: string;
  /** Domain of the internal names, such as `prod.circleci.internal`. */
  readonly baseDomain?: string;
  /** The server's version as major.minor, such as `3.0`. */
  readonly version?: string;
  readonly readOnly?: boolean;
  readonly requestTimeout?: string;
  readonly kubernetes?: KubernetesProfile;
  readonly nomad?: NomadProfile;
  readonly server?: ServerProfile;
  readonly github?: GitHubProfile;
  readonly services?: ServicesProfile;
}

/** The config file: profiles by name, and the one that is in use. */
export interface ConfigFile {
  readonly current?: string;
  readonly installations: Readonly<Record<string, Profile>>;
}

/** No file, or an empty one. */
export const EMPTY_CONFIG: ConfigFile = { installations: {} };

/** The value of a dotted key of a profile; undefined where it says nothing. */
export function profileValue(profile: Profile, key: string): unknown {
  let value: unknown = profile;
  for (const word of key.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, word)) {
      return undefined;
    }
    value = Reflect.get(value, word);
  }
  return value;
}
