import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { AdminError } from '../errors.ts';
import type { TlsOptions } from '../http/http.ts';
import type { Masker } from '../masking.ts';
import type { ClusterTarget } from './client.ts';
import { IN_CLUSTER, type KubeconfigSources, loadKubeconfig } from './kubeconfig.ts';

/** The headers and TLS settings that authenticate a request to the API server. */
export interface ClusterCredentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
}

/** The chosen cluster and its credentials. */
export interface ClusterConnection {
  readonly target: ClusterTarget;
  /**
   * The path prefix of the API server, where it is behind a gateway such as Rancher's; without a
   * trailing slash.
   */
  readonly basePath: string;
  /** The kubeconfig's `proxy-url` for this cluster. */
  readonly proxyUrl: string | null;
  /**
   * Whether new credentials can be obtained (from a plugin or a token file) when these are refused.
   */
  readonly refreshable: boolean;
  /**
   * Returns the current credentials. Runs the user's credential plugin if there is one; its answer
   * is cached until it expires, or until `fresh` credentials are requested.
   *
   * @throws AdminError `unauthorised` CREDENTIALS_FAILED, `validation` BAD_KUBECONFIG
   */
  credentials(options?: { readonly fresh?: boolean }): Promise<ClusterCredentials>;
}

/** Chooses a cluster, user and namespace. */
export interface ClusterChoice {
  readonly sources: KubeconfigSources;
  /** The name of the context; default is the kubeconfig's current context. */
  readonly context?: string;
  /** Default is the context's namespace, then `default`. */
  readonly namespace?: string;
  /** Learns the credentials, and masks them in the error output of a plugin. */
  readonly masker: Pick<Masker, 'add' | 'mask'>;
}

/**
 * Chooses a cluster from the kubeconfig.
 *
 * @throws AdminError `notFound` NO_KUBECONFIG or CONTEXT_NOT_FOUND, `validation` BAD_KUBECONFIG
 */
export async function connectCluster(choice: ClusterChoice): Promise<ClusterConnection> {
  const { masker } = choice;
  let config = await loadKubeconfig(choice.sources);
  const { context, cluster } = select(config, choice.context);
  const user = config.getCurrentUser();
  return {
    target: {
      context: context.name === IN_CLUSTER ? null : context.name,
      server: new URL(cluster.server).origin,
      namespace: choice.namespace ?? context.namespace ?? 'default',
    },
    basePath: new URL(cluster.server).pathname.replace(/\/+$/, ''),
    proxyUrl: cluster.proxyUrl ?? null,
    refreshable: Boolean(user?.exec ?? user?.authProvider),
    credentials: async (options) => {
      if (options?.fresh) {
        // Load a new configuration, because client-node caches a plugin's answer until it expires.
        config = await loadKubeconfig(choice.sources);
        select(config, choice.context);
      }
      return logIn(config, masker);
    },
  };
}

/** Returns the names of all contexts and of the current one. */
export async function listContexts(
  sources: KubeconfigSources,
): Promise<{ readonly contexts: readonly string[]; readonly current: string | null }> {
  const config = await loadKubeconfig(sources);
  return {
    contexts: config.contexts.map(({ name }) => name),
    current: config.currentContext || null,
  };
}

function select(
  config: KubeConfig,
  wanted: string | undefined,
): {
  readonly context: { readonly name: string; readonly namespace?: string };
  readonly cluster: Cluster;
} {
  const name = wanted ?? config.currentContext;
  const context = config.contexts.find((one) => one.name === name);
  if (!context) throw contextNotFound(config, wanted);
  config.setCurrentContext(context.name);
  const cluster = config.getCurrentCluster();
  if (!cluster || !URL.canParse(cluster.server)) {
    throw new AdminError(
      'validation',
      cluster
        ? `Cluster "${context.cluster}" of the kubeconfig has no usable server address: "${cluster.server}"`
        : `Context "${context.name}" names cluster "${context.cluster}", which is missing in the kubeconfig`,
      { code: 'BAD_KUBECONFIG', hint: 'Check it with: kubectl config view' },
    );
  }
  return { context, cluster };
}

function contextNotFound(config: KubeConfig, wanted: string | undefined): AdminError {
  const names = config.contexts.map(({ name }) => name);
  const message =
    wanted === undefined
      ? `The kubeconfig has no current context${config.currentContext ? ` "${config.currentContext}"` : ''}`
      : `The kubeconfig has no context "${wanted}"`;
  return new AdminError('notFound', message, {
    code: 'CONTEXT_NOT_FOUND',
    hint:
      names.length > 0
        ? `Choose one with --context: ${names.join(', ')}`
        : 'The kubeconfig has no contexts: use another file with --kubeconfig.',
  });
}

async function logIn(
  config: KubeConfig,
  masker: ClusterChoice['masker'],
): Promise<ClusterCredentials> {
  const plain = plainCopy(config);
  const options: RequestOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw loginFailure(error, config.getCurrentUser(), masker);
  } finally {
    plain.restore();
  }
  const { ca, cert, key, passphrase, servername, rejectUnauthorized, auth } = options;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // A token that was read from a file has the file's trailing line break.
    if (value !== undefined) headers[name.toLowerCase()] = String(value).trim();
  }
  if (auth) headers['authorization'] ??= `Basic ${Buffer.from(auth).toString('base64')}`;
  masker.add(headers['authorization']?.replace(/^(?:Bearer|Basic) /, ''));
  return {
    headers,
    tls: {
      ...(ca ? { ca: String(ca) } : {}),
      ...(cert ? { cert: String(cert) } : {}),
      ...(key ? { key: String(key) } : {}),
      ...(passphrase ? { passphrase } : {}),
      ...(servername ? { serverName: servername } : {}),
      ...(rejectUnauthorized === false ? { verify: false } : {}),
    },
  };
}

/**
 * Changes the configuration for a moment, so that client-node computes credentials in the cases
 * that it refuses or handles in part: `http://` servers, proxies, and contexts without a user (for
 * which it would ignore the CA). That is safe because client-node does not open the connections.
 * `restore` puts the original cluster back.
 */
function plainCopy(config: KubeConfig): { restore(): void } {
  const cluster = config.getCurrentCluster();
  const context = config.contexts.find(({ name }) => name === config.currentContext);
  if (!cluster || !context) return { restore: () => undefined };
  const index = config.clusters.findIndex(({ name }) => name === cluster.name);
  const { proxyUrl: _, ...direct } = cluster;
  const skip = cluster.server.startsWith('http:') || cluster.skipTLSVerify;
  config.clusters[index] = { ...direct, skipTLSVerify: skip };
  if (!config.getCurrentUser()) {
    const nobody: User = { name: '(no user)' };
    config.users.push(nobody);
    config.contexts = config.contexts.map((one) =>
      one.name === context.name ? { ...one, user: nobody.name } : one,
    );
  }
  for (const user of config.users) addExecInfo(user, cluster);
  return {
    restore: () => {
      config.clusters[index] = cluster;
    },
  };
}

/**
 * Sets the variable with which kubectl tells a plugin its API version and that it cannot prompt.
 */
function addExecInfo(user: User, cluster: Cluster): void {
  const exec = user.exec;
  if (!exec) return;
  const variable = 'KUBERNETES_EXEC_INFO';
  const environment: { name: string; value: string }[] = exec.env ?? [];
  if (environment.some(({ name }) => name === variable)) return;
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1beta1',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo
        ? { cluster: { server: cluster.server, 'certificate-authority-data': cluster.caData } }
        : {}),
    },
  };
  exec.env = [...environment, { name: variable, value: JSON.stringify(info) }];
}

function loginFailure(
  error: unknown,
  user: User | null,
  masker: ClusterChoice['masker'],
): AdminError {
  const reason = masker.mask((error instanceof Error ? error.message : String(error)).trim());
  const exec = user?.exec;
  if (!exec && !user?.authProvider) {
    return new AdminError('validation', `The kubeconfig's credentials cannot be read: ${reason}`, {
      code: 'BAD_KUBECONFIG',
      hint: 'Check the files in it: kubectl config view',
      cause: error,
    });
  }
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const what = exec ? `The credential plugin ${exec.command}` : 'The credentials provider';
  const hint = missing && exec?.installHint ? String(exec.installHint).trim() : undefined;
  return new AdminError(
    'unauthorised',
    missing && exec ? `${what} is not installed` : `${what} failed: ${reason || 'no output'}`,
    {
      code: 'CREDENTIALS_FAILED',
      hint: hint ?? 'Log in again as your cluster requires, and check with: kubectl get pods',
      cause: error,
    },
  );
}
