import { delimiter } from 'node:path';
import { createKubernetesClient } from '../kubernetes/api-client.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { connectCluster } from '../kubernetes/cluster-connection.ts';
import type { InstallationOptions } from './installation.ts';
import { proxySettings } from './proxy-settings.ts';
import type { Settings } from './settings.ts';

/**
 * Connects to the cluster that the settings mean.
 *
 * @throws AdminError as {@link connectCluster} does
 */
export async function connectKubernetes(
  settings: Settings,
  options: InstallationOptions,
): Promise<KubernetesClient> {
  const { kubeconfig, context, namespace } = settings.kubernetes;
  const { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = options.env;
  const connection = await connectCluster({
    sources: {
      home: options.home,
      environment: {
        KUBECONFIG: kubeconfig.join(delimiter),
        KUBERNETES_SERVICE_HOST,
        KUBERNETES_SERVICE_PORT,
      },
      ...(kubeconfig.length === 1 && kubeconfig[0] ? { file: kubeconfig[0] } : {}),
    },
    masker: options.masker,
    ...(context === null ? {} : { context }),
    ...(namespace === null ? {} : { namespace }),
  });
  return createKubernetesClient({
    connection,
    requestTimeout: settings.requestTimeout,
    clock: options.clock,
    random: Math.random,
    userAgent: options.userAgent,
    proxy: proxySettings(options.env),
    ...(options.tracer ? { tracer: options.tracer } : {}),
  });
}
