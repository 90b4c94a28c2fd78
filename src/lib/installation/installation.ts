import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { GitHubClient } from '../github/client.ts';
import type { Tracer } from '../http/http.ts';
import type { ClusterTarget, KubernetesClient } from '../kubernetes/client.ts';
import type { Masker } from '../masking.ts';
import type { NomadClient } from '../nomad/client.ts';
import type { AdminApi } from '../server/admin-api.ts';
import type { ServerClient } from '../server/client.ts';
import type { StepsApi } from '../server/steps-api.ts';
import type { TriggerApi } from '../server/trigger-api.ts';
import type { SshClient } from '../ssh/client.ts';
import { readConfigFile } from './config-file.ts';
import type { AdminConnection } from './connect-admin.ts';
import type { SshChoice } from './connect-ssh.ts';
import type { StepsConnection } from './connect-steps.ts';
import type { ClusterIdentity } from './identity.ts';
import { type Chosen, resolveSettings, type Settings } from './settings.ts';

/** An installation: its identity and its clients, each of which connects on first use. */
export interface Installation {
  /**
   * The name in prompts, messages and the audit log: the profile, or else the location of Nomad or
   * the cluster. The name of the current context is known only after connecting to the cluster.
   */
  readonly name: string;
  readonly settings: Settings;
  readonly clock: Clock;
  kubernetes(): Promise<KubernetesClient>;
  nomad(): Promise<NomadClient>;
  server(): Promise<ServerClient>;
  /** The server's admin API, rate-limited. With `brief`, failing calls are retried less. */
  admin(how?: { readonly brief: boolean }): Promise<AdminApi>;
  /** The server's API that starts builds, with the same rate limit. */
  trigger(): Promise<TriggerApi>;
  /** The server's API for the steps of builds and their output. */
  steps(): Promise<StepsApi>;
  /** An SSH client for the machines; each call creates a new one. */
  ssh(choice?: SshChoice): Promise<SshClient>;
  /** A client of the server's GitHub, or of the one at `host`; each call creates a new one. */
  github(host?: string): Promise<GitHubClient>;
  /**
   * Checks whether the cluster is the one of the profile. Checked once, at the latest when the
   * cluster is connected. Null if the profile has no cluster ID.
   */
  identity(): Promise<ClusterIdentity> | null;
  /** The result of {@link identity} if it was already started; null otherwise. */
  startedIdentityRead(): Promise<ClusterIdentity> | null;
  close(): Promise<void>;
}

/** The inputs of {@link connectInstallation}. */
export interface InstallationOptions {
  readonly chosen: Chosen;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly configDir: string;
  readonly clock: Clock;
  readonly masker: Masker;
  readonly userAgent: string;
  readonly tracer: Tracer | undefined;
  /** Prompts the operator for a passphrase; undefined if prompts are not possible. */
  readonly askSecret?: ((question: string) => Promise<string | null>) | undefined;
  /** Prints a note for the operator. */
  readonly note?: ((line: string) => void) | undefined;
}

/**
 * Reads the config file and creates the selected installation. Opens no connection.
 *
 * @throws AdminError as {@link readConfigFile} and {@link resolveSettings}
 */
export async function connectInstallation(options: InstallationOptions): Promise<Installation> {
  const config = await readConfigFile(join(options.configDir, 'config.yaml'));
  return installationOf(resolveSettings(options.chosen, options.env, config), options);
}

/** Creates an installation from resolved settings. Opens no connection. */
function installationOf(settings: Settings, options: InstallationOptions): Installation {
  let identity: Promise<ClusterIdentity> | undefined;
  let target: ClusterTarget | null = null;
  let kubernetes: Promise<KubernetesClient> | undefined;
  let nomad: Promise<NomadClient> | undefined;
  let server: Promise<ServerClient> | undefined;
  let steps: Promise<StepsConnection> | undefined;
  const github: GitHubClient[] = [];
  const machines: SshClient[] = [];
  const connectMachines = async (choice?: SshChoice): Promise<SshClient> => {
    const { connectSsh } = await import('./connect-ssh.ts');
    const client = connectSsh(settings, options, choice);
    machines.push(client);
    return client;
  };
  let admin: Promise<AdminConnection> | undefined;
  const connectServerApis = (): Promise<AdminConnection> => {
    admin ??= import('./connect-admin.ts').then(({ connectAdmin }) =>
      connectAdmin(settings, options),
    );
    return admin;
  };
  const connectKubernetes = async (): Promise<KubernetesClient> => {
    kubernetes ??= import('./connect-kubernetes.ts')
      .then(({ connectKubernetes: connect }) => connect(settings, options))
      .then(
        (client) => {
          target = client.target;
          return client;
        },
        (error: unknown) => {
          // The next call tries again, because the bastion may be reachable by then.
          kubernetes = undefined;
          throw error;
        },
      );
    // Runs concurrently with the command. A failure is reported to the callers of identity().
    if (clusterId !== null) askIdentity(clusterId).catch(() => undefined);
    return kubernetes;
  };
  const { clusterId } = settings.kubernetes;
  const askIdentity = (expected: string): Promise<ClusterIdentity> => {
    identity ??= import('./identity.ts').then(({ readIdentity }) =>
      readIdentity(expected, connectKubernetes),
    );
    return identity;
  };
  return {
    get name() {
      return describeInstallation(settings, target);
    },
    settings,
    clock: options.clock,
    kubernetes: connectKubernetes,
    nomad: () => {
      nomad ??= import('./connect-nomad.ts').then(({ connectNomadOf }) =>
        connectNomadOf(settings, options, connectKubernetes),
      );
      return nomad;
    },
    server: () => {
      server ??= import('./connect-server.ts').then(({ connectServer }) =>
        connectServer(settings, options),
      );
      return server;
    },
    ssh: connectMachines,
    github: async (host) => {
      const { connectGitHub } = await import('./connect-github.ts');
      const client = await connectGitHub(settings, options, host);
      github.push(client);
      return client;
    },
    admin: async (how = { brief: false }) => {
      const { api, brief } = await connectServerApis();
      return how.brief ? brief : api;
    },
    trigger: async () => (await connectServerApis()).trigger,
    steps: async () => {
      steps ??= import('./connect-steps.ts').then(({ connectSteps }) =>
        connectSteps(settings, options),
      );
      return (await steps).api;
    },
    identity: () => (clusterId === null ? null : askIdentity(clusterId)),
    startedIdentityRead: () => identity ?? null,
    close: async () => {
      await Promise.all(github.map((client) => client.close()));
      const opened = await Promise.allSettled([nomad, kubernetes, server, admin, steps]);
      await Promise.all(
        opened.map((one) => (one.status === 'fulfilled' ? one.value?.close() : undefined)),
      );
      // Closed last, because the other connections may be tunnelled through them.
      await Promise.all(machines.map((client) => client.close()));
    },
  };
}

/** Returns the profile's name, or else the cluster, the address of Nomad, or both. */
function describeInstallation(settings: Settings, target: ClusterTarget | null): string {
  const { profile, kubernetes, nomad } = settings;
  if (profile !== null) return profile;
  const direct = nomad.address !== null && nomad.access !== 'proxy';
  const address = direct ? [`Nomad at ${nomad.address}`] : [];
  if (target !== null) {
    return [`${target.context ?? target.server}/${target.namespace}`, ...address].join(', ');
  }
  if (direct) return address.join();
  const { context, namespace } = kubernetes;
  return [context ?? 'the current context', ...(namespace === null ? [] : [namespace])].join('/');
}
