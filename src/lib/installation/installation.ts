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

/** One installation: who it is, and its clients, each connected when it is first asked for. */
export interface Installation {
  /**
   * How it is called in questions, messages and the audit log: the profile, else where Nomad or the
   * cluster is. Which context is the current one is known once the cluster is connected to.
   */
  readonly name: string;
  readonly settings: Settings;
  readonly clock: Clock;
  kubernetes(): Promise<KubernetesClient>;
  nomad(): Promise<NomadClient>;
  server(): Promise<ServerClient>;
  /** The server's admin API, within its rate limit. @param brief gives up soon where it fails */
  admin(how?: { readonly brief: boolean }): Promise<AdminApi>;
  /** What starts builds on the server, within the same limit. */
  trigger(): Promise<TriggerApi>;
  /** The steps of builds on the server, and their output. */
  steps(): Promise<StepsApi>;
  /** The machines, by SSH. Made anew at every call. */
  ssh(choice?: SshChoice): Promise<SshClient>;
  /** The GitHub that the server works with, or the one at this host. Made anew at every call. */
  github(host?: string): Promise<GitHubClient>;
  /**
   * Whether the cluster is the one that the profile was made for. Asked once, at the latest when it
   * is connected to; null where the profile knows no cluster by its id.
   */
  identity(): Promise<ClusterIdentity> | null;
  /** The same as far as it was asked already: null where nothing has spoken to the cluster. */
  identityAsked(): Promise<ClusterIdentity> | null;
  close(): Promise<void>;
}

/** What an installation is made from. */
export interface InstallationOptions {
  readonly chosen: Chosen;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly configDir: string;
  readonly clock: Clock;
  readonly masker: Masker;
  readonly userAgent: string;
  readonly tracer: Tracer | undefined;
  /** Asks the operator for a passphrase; left out where nobody is there. */
  readonly askSecret?: ((question: string) => Promise<string | null>) | undefined;
  /** Says something that the operator should know. */
  readonly note?: ((line: string) => void) | undefined;
}

/** Works out which installation is meant. Nothing is connected yet. */
export async function connectInstallation(options: InstallationOptions): Promise<Installation> {
  const config = await readConfigFile(join(options.configDir, 'config.yaml'));
  return installationOf(resolveSettings(options.chosen, options.env, config), options);
}

/** An installation of settings that are known already. Nothing is connected yet. */
export function installationOf(settings: Settings, options: InstallationOptions): Installation {
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
          // Whoever asks again begins anew: a bastion may have come back.
          kubernetes = undefined;
          throw error;
        },
      );
    // Beside what the command asks for, not before it. Whoever wants to know hears of a failure.
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
    identityAsked: () => identity ?? null,
    close: async () => {
      await Promise.all(github.map((client) => client.close()));
      const opened = await Promise.allSettled([nomad, kubernetes, server, admin, steps]);
      await Promise.all(
        opened.map((one) => (one.status === 'fulfilled' ? one.value?.close() : undefined)),
      );
      // Last: the others' connections may go through them.
      await Promise.all(machines.map((client) => client.close()));
    },
  };
}

/** The profile; without one, what was reached: the cluster, the Nomad at an address, or both. */
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
