import type { AdminPaths } from '../server/admin-paths.ts';

/** The source of a secret. Secrets are never on the command line or in the config file. */
export interface SecretSource {
  /** A file that must be readable only by its owner. */
  readonly file?: string;
  /** A command that prints the secret. */
  readonly command?: string;
}

/** The settings of a profile for reaching Nomad. */
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
  /** The pod of the Nomad server; default is `circleci-nomad-0`, or else a pod that is found. */
  readonly pod?: string;
  readonly port?: number;
  /** Whether the API in the pod uses TLS. */
  readonly tls?: boolean;
}

/** The settings of a profile for the cluster and namespace. */
export interface KubernetesProfile {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  /** The UID of the namespace `kube-system`, which is unique to the cluster. */
  readonly clusterId?: string;
}

/** The settings of a profile for reaching the CircleCI server's own APIs. */
export interface ServerProfile {
  readonly tokenFile?: string;
  readonly tokenCommand?: string;
  readonly caFile?: string;
  readonly frontendSelector?: string;
  readonly replPort?: number;
  /** The paths of the admin API that differ from the default. */
  readonly paths?: Partial<AdminPaths>;
  readonly settingNames?: Partial<Readonly<Record<'suspendNewUsers' | 'requiredOrgs', string>>>;
}

/** The settings of a profile for the GitHub that the server uses. */
export interface GitHubProfile {
  readonly host?: string;
  readonly tokenFile?: string;
  readonly tokenCommand?: string;
}

/** The settings of a profile for services that differ from the known ones. */
export interface ServicesProfile {
  /** A YAML file of services that have other names, labels or roles in this installation. */
  readonly file?: string;
  /** A comma-separated list of services that run outside the cluster. */
  readonly external?: string;
}

/** The settings of one installation in the config file. The keys are those of `PROFILE_KEYS`. */
export interface Profile {
  readonly host?: string;
  /** The domain of the internal names, such as `prod.circleci.internal`. */
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

/** The config file: profiles by name, and the current one. */
export interface ConfigFile {
  readonly current?: string;
  readonly installations: Readonly<Record<string, Profile>>;
}

/** The contents of a missing or empty file. */
export const EMPTY_CONFIG: ConfigFile = { installations: {} };

/** Returns the value of a dotted key in a profile; undefined if it is not set. */
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
