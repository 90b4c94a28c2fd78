import type { Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { NomadAccess } from '../nomad/model.ts';
import { ADMIN_PATHS, type AdminPaths } from '../server/admin-paths.ts';
import { parseDuration } from '../units.ts';
import { findConflicts } from './conflicts.ts';
import { splitFiles } from './key-values.ts';
import type { ConfigFile, Profile, SecretSource } from './profile.ts';
import { findKey, PROFILE_KEYS } from './profile-keys.ts';
import { decide, type Environment, type Setting, type SettingSources } from './setting-origins.ts';
import { chooseGitHubTokens, chooseTokens, type GitHubTokens, type Token } from './tokens.ts';

/** The values of the shared flags and their environment variables; undefined if not given. */
export interface Chosen {
  readonly installation: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly nomadAccess: NomadAccess | 'auto' | undefined;
  readonly nomadAddress: string | undefined;
  readonly nomadPod: string | undefined;
  readonly requestTimeout: Milliseconds | undefined;
  readonly readOnly: boolean | undefined;
}

/** The settings for the Nomad API. The token is a value from the environment, or its source. */
export interface NomadSettings {
  readonly access: NomadAccess | 'auto';
  readonly address: string | null;
  readonly region: string | null;
  readonly namespace: string | null;
  readonly token: SecretSource | { readonly value: string } | null;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly serverName: string | null;
  readonly skipVerify: boolean;
  readonly httpAuth: string | null;
  readonly pod: string;
  /** Whether the pod was set explicitly; if not, a pod with another name may be used. */
  readonly podNamed: boolean;
  readonly port: number;
  readonly tls: boolean;
}

/**
 * The settings for the server's own APIs. The token is a value from the environment, or its source.
 */
export interface ServerSettings {
  readonly token: Token | null;
  readonly caFile: string | null;
  /** The paths of the admin API. */
  readonly paths: AdminPaths;
  /** The names of system settings; null to find a setting by its title. */
  readonly settingNames: {
    readonly suspendNewUsers: string | null;
    readonly requiredOrgs: string | null;
  };
}

/** The settings for SSH. */
export interface SshSettings {
  readonly user: string;
  readonly keyFile: string | null;
  readonly port: number;
  /** As `user@host:port`. */
  readonly bastion: string | null;
  readonly knownHostsFile: string | null;
}

/** The resolved settings: which installation to use and how to reach it. */
export interface Settings {
  /** The profile in use; null if there is none. */
  readonly profile: string | null;
  readonly host: string | null;
  /** The domain of the installation's internal names; null if not set. */
  readonly baseDomain: string | null;
  /** The server's version in the profile, as major.minor; null if not set. */
  readonly version: string | null;
  readonly readOnly: boolean;
  readonly requestTimeout: Milliseconds;
  readonly kubernetes: {
    /**
     * The kubeconfig files in order; empty for the default file or the in-cluster configuration.
     */
    readonly kubeconfig: readonly string[];
    readonly context: string | null;
    readonly namespace: string | null;
    /** The UID of the namespace `kube-system` in the cluster of the profile. */
    readonly clusterId: string | null;
    /** The bastion of the API: an address, true for the bastion of `ssh`, or false for none. */
    readonly bastion: string | boolean;
  };
  readonly ssh: SshSettings;
  readonly nomad: NomadSettings;
  readonly server: ServerSettings;
  /** The GitHub that the server uses. */
  readonly github: { readonly host: string | null; readonly tokens: GitHubTokens };
  /** The services that differ from the known ones, or that run outside the cluster. */
  readonly services: { readonly file: string | null; readonly external: readonly string[] };
  /** The nREPL of the frontend. */
  readonly repl: {
    /** The label selector of the frontend's pods. */
    readonly selector: string;
    readonly port: number;
  };
  /** One sentence for each ambient variable that differs from the profile and is ignored. */
  readonly conflicts: readonly string[];
  /** One sentence for each token that is not sent because it was issued for another host. */
  readonly withheld: readonly string[];
}

/**
 * Resolves the settings: flags and `CIRCLECI_ADMIN_*` first, then the profile. Ambient variables
 * (`NOMAD_ADDR`, `KUBECONFIG`, ...) are used only if no profile is in use, so that a variable in a
 * shell never directs a command to another installation.
 *
 * @throws AdminError of kind `notFound` (INSTALLATION_NOT_FOUND) or `usage` (BAD_DURATION,
 *   BAD_ENVIRONMENT)
 */
export function resolveSettings(chosen: Chosen, env: Environment, config: ConfigFile): Settings {
  const name = chosen.installation ?? config.current;
  const profile = name === undefined ? undefined : findProfile(name, config);
  const settingSources: SettingSources = { chosen, env, profile };
  const { nomad, server, httpAuth, withheld } = chooseTokens(settingSources);
  const said = (key: string): unknown => settingOf(key, settingSources).value;
  const text = (key: string): string | null => textOf(said(key));
  return {
    profile: profile ? (name ?? null) : null,
    host: text('host'),
    baseDomain: text('baseDomain'),
    version: text('version'),
    readOnly: said('readOnly') === true,
    requestTimeout: parseDuration(text('requestTimeout') ?? ''),
    kubernetes: {
      kubeconfig: splitFiles(text('kubernetes.kubeconfig') ?? ''),
      context: text('kubernetes.context'),
      namespace: text('kubernetes.namespace'),
      clusterId: text('kubernetes.clusterId'),
      bastion: said('kubernetes.bastion') === true || (text('kubernetes.bastion') ?? false),
    },
    ssh: {
      user: text('ssh.user') ?? '',
      keyFile: text('ssh.keyFile'),
      port: Number(said('ssh.port')),
      bastion: text('ssh.bastion'),
      knownHostsFile: text('ssh.knownHostsFile'),
    },
    nomad: {
      access: said('nomad.access') as NomadAccess | 'auto',
      address: text('nomad.address'),
      region: text('nomad.region'),
      namespace: text('nomad.namespace'),
      token: nomad,
      caFile: text('nomad.caFile'),
      certFile: text('nomad.certFile'),
      keyFile: text('nomad.keyFile'),
      serverName: text('nomad.serverName'),
      skipVerify: said('nomad.skipVerify') === true,
      httpAuth,
      pod: text('nomad.pod') ?? '',
      podNamed: settingOf('nomad.pod', settingSources).source !== 'default',
      port: Number(said('nomad.port')),
      tls: said('nomad.tls') === true,
    },
    server: {
      token: server,
      caFile: text('server.caFile'),
      paths: pathsOf((name) => text(`server.paths.${name}`)),
      settingNames: {
        suspendNewUsers: text('server.settingNames.suspendNewUsers'),
        requiredOrgs: text('server.settingNames.requiredOrgs'),
      },
    },
    github: { host: text('github.host'), tokens: chooseGitHubTokens(settingSources) },
    services: {
      file: text('services.file'),
      external: (text('services.external') ?? '').split(/[\s,]+/).filter(Boolean),
    },
    repl: {
      selector: text('server.frontendSelector') ?? '',
      port: Number(said('server.replPort')),
    },
    conflicts: profile ? findConflicts(profile, chosen, env) : [],
    withheld,
  };
}

/**
 * Returns every setting with its source, in the order of {@link PROFILE_KEYS}.
 *
 * @throws AdminError as {@link resolveSettings} does
 */
export function explainSettings(
  chosen: Chosen,
  env: Environment,
  config: ConfigFile,
): readonly Setting[] {
  const name = chosen.installation ?? config.current;
  const profile = name === undefined ? undefined : findProfile(name, config);
  return PROFILE_KEYS.map((spec) => decide(spec, { chosen, env, profile }));
}

/**
 * Returns the profile with a name.
 *
 * @throws AdminError of kind `notFound`, code INSTALLATION_NOT_FOUND
 */
export function findProfile(name: string, config: ConfigFile): Profile {
  const profile = config.installations[name];
  if (profile && Object.hasOwn(config.installations, name)) return profile;
  const known = Object.keys(config.installations);
  const meant = nearest(name, known);
  throw new AdminError('notFound', `The config file has no installation "${name}"`, {
    code: 'INSTALLATION_NOT_FOUND',
    hint: [
      known.length > 0
        ? `The config file has ${known.join(', ')}.`
        : 'The config file has none; remove --installation to use the kubeconfig.',
      ...(meant === null ? [] : [`Did you mean ${meant}?`]),
    ].join(' '),
  });
}

function settingOf(key: string, settingSources: SettingSources): Setting {
  const spec = findKey(key);
  if (!spec) throw new Error(`No profile has a key "${key}"`);
  return decide(spec, settingSources);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function pathsOf(said: (name: string) => string | null): AdminPaths {
  const paths: { -readonly [Name in keyof AdminPaths]: string } = { ...ADMIN_PATHS };
  for (const name of Object.keys(paths) as (keyof AdminPaths)[]) {
    paths[name] = said(name) ?? paths[name];
  }
  return paths;
}
