import { delimiter } from 'node:path';
import { createKubernetesClient } from '../kubernetes/api-client.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { connectCluster, listContexts } from '../kubernetes/cluster-connection.ts';
import type { KubeconfigSources } from '../kubernetes/kubeconfig.ts';
import type { TransportOptions } from '../kubernetes/transport.ts';
import { formatAddress } from '../ssh/address.ts';
import type { SshClient } from '../ssh/client.ts';
import { clusterBastion } from './cluster-bastion.ts';
import type { InstallationOptions } from './installation.ts';
import { proxySettings } from './proxy-settings.ts';
import type { Settings } from './settings.ts';

/**
 * Connects to the configured cluster, through its bastion if there is one.
 *
 * @throws AdminError as {@link connectCluster}, {@link clusterBastion} and {@link SshClient.logIn}
 */
export async function connectKubernetes(
  settings: Settings,
  options: InstallationOptions,
): Promise<KubernetesClient> {
  const { context, namespace } = settings.kubernetes;
  const connection = await connectCluster({
    sources: kubeconfigSources(settings, options),
    masker: options.masker,
    ...(context === null ? {} : { context }),
    ...(namespace === null ? {} : { namespace }),
  });
  const hop = await logInOnBastion(settings, options);
  const client = createKubernetesClient({
    connection,
    requestTimeout: settings.requestTimeout,
    clock: options.clock,
    random: Math.random,
    userAgent: options.userAgent,
    proxy: proxySettings(options.env),
    ...(hop ? wayThrough(hop, connection.target.server) : {}),
    ...(options.tracer ? { tracer: options.tracer } : {}),
  });
  if (!hop) return client;
  return {
    ...client,
    close: async () => {
      await client.close();
      await hop.close();
    },
  };
}

/**
 * Logs in on the bastion before the first request, so that a bastion that does not respond is not
 * reported as a timeout of the API server.
 */
async function logInOnBastion(
  settings: Settings,
  options: InstallationOptions,
): Promise<SshClient | null> {
  const bastion = clusterBastion(settings);
  if (bastion === null) return null;
  const { connectSsh } = await import('./connect-ssh.ts');
  const hop = connectSsh(settings, options, { bastion: formatAddress(bastion) });
  try {
    await hop.logIn();
    return hop;
  } catch (error) {
    await hop.close();
    throw error;
  }
}

/** Returns the options for connections to the API server through the bastion. */
function wayThrough(
  hop: SshClient,
  server: string,
): Pick<TransportOptions, 'dial' | 'causeOfTimeout'> {
  const { hostname, port, protocol } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    dial: () => hop.forward(host, Number(port) || (protocol === 'http:' ? 80 : 443)),
    causeOfTimeout: () => hop.findSilentBastion(),
  };
}

/**
 * Returns the contexts of the configured kubeconfig, and the current one.
 *
 * @throws AdminError of kind `notFound` (NO_KUBECONFIG) or `validation` (BAD_KUBECONFIG)
 */
export function listKubeContexts(
  settings: Settings,
  options: InstallationOptions,
): ReturnType<typeof listContexts> {
  return listContexts(kubeconfigSources(settings, options));
}

function kubeconfigSources(settings: Settings, options: InstallationOptions): KubeconfigSources {
  const { kubeconfig } = settings.kubernetes;
  const { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = options.env;
  return {
    home: options.home,
    environment: {
      KUBECONFIG: kubeconfig.join(delimiter),
      KUBERNETES_SERVICE_HOST,
      KUBERNETES_SERVICE_PORT,
    },
    ...(kubeconfig.length === 1 && kubeconfig[0] ? { file: kubeconfig[0] } : {}),
  };
}
