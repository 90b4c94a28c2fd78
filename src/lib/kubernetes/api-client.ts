import type { KubernetesClient } from './client.ts';
import { ingressHosts, kubeletVersions, namespaceId, serverTime } from './cluster-facts.ts';
import { decodePod } from './decode.ts';
import { podLogs } from './logs.ts';
import { lostNodes } from './nodes.ts';
import { podPath } from './paths.ts';
import { podProxy } from './pod-proxy.ts';
import { listAllPods, listPods, namespaceExists, podEvents } from './pods.ts';
import { Transport, type TransportOptions } from './transport.ts';
import { watchPods } from './watch.ts';
import { getWorkload, listWorkloads, restartWorkload, workloadOf } from './workloads.ts';

/**
 * Creates a Kubernetes client with one connection pool. It sends no request before the first call,
 * and loads the WebSocket code on first use.
 */
export function createKubernetesClient(options: TransportOptions): KubernetesClient {
  const transport = new Transport(options);
  const connect: KubernetesClient['connect'] = async (pod, port, signal) => {
    const forward = await import('./port-forward.ts');
    return forward.connect(transport, pod, port, signal);
  };
  return {
    target: transport.target,
    version: (signal) => version(transport, signal),
    logIn: async () => {
      await transport.credentials();
    },
    serverTime: (signal) => serverTime(transport, signal),
    kubeletVersions: (signal) => kubeletVersions(transport, signal),
    lostNodes: (names, signal) => lostNodes(transport, names, signal),
    listPods: async (selector) => (await listPods(transport, selector ?? {})).pods,
    listAllPods: (selector) => listAllPods(transport, selector ?? {}),
    getPod: async (name, signal) => {
      const path = podPath(transport.target, name);
      const request = { method: 'GET' as const, path, ...(signal ? { signal } : {}) };
      const response = await transport.ask(request, { action: `get pod ${name}` });
      return decodePod(await response.json());
    },
    watchPods: (selector) => watchPods(transport, selector),
    deletePod: (name, options) => deletePod(transport, name, options),
    podEvents: (pod, signal) => podEvents(transport, pod, signal),
    listWorkloads: (signal) => listWorkloads(transport, signal),
    getWorkload: (workload, signal) => getWorkload(transport, workload, signal),
    workloadOf: (pod, signal) => workloadOf(transport, pod, signal),
    restartWorkload: (workload, at, signal) => restartWorkload(transport, workload, at, signal),
    podLogs: (request) => podLogs(transport, request),
    exec: async (request) => {
      const { exec } = await import('./exec.ts');
      return exec(transport, request);
    },
    connect,
    portForward: async (pod, port) => {
      const forward = await import('./port-forward.ts');
      return forward.portForward(() => connect(pod, port));
    },
    podProxy: (pod, port, options) => podProxy(transport, pod, port, options),
    namespaceExists: (name, signal) => namespaceExists(transport, name, signal),
    namespaceId: (name, signal) => namespaceId(transport, name, signal),
    ingressHosts: (signal) => ingressHosts(transport, signal),
    can: (verb, resource, subresource) => can(transport, verb, resource, subresource),
    close: () => transport.close(),
  };
}

async function version(transport: Transport, signal?: AbortSignal): Promise<string> {
  const response = await transport.ask(
    { method: 'GET', path: '/version', ...(signal ? { signal } : {}) },
    { action: 'report its version' },
  );
  const answer = (await response.json()) as { readonly gitVersion?: unknown } | null;
  return typeof answer?.gitVersion === 'string' ? answer.gitVersion : 'unknown';
}

async function deletePod(
  transport: Transport,
  name: string,
  options: Parameters<KubernetesClient['deletePod']>[1] = {},
): Promise<void> {
  const { uid, gracePeriodSeconds, signal } = options;
  const response = await transport.ask(
    {
      method: 'DELETE',
      path: podPath(transport.target, name),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      }),
      ...(signal ? { signal } : {}),
    },
    { action: `delete pod ${name}` },
  );
  await response.discard();
}

/**
 * Asks like `kubectl auth can-i`; `resource` may end with its API group, as in
 * `leases.coordination.k8s.io`.
 */
async function can(
  transport: Transport,
  verb: string,
  resource: string,
  subresource?: string,
): Promise<boolean> {
  const [plural = resource, ...group] = resource.split('.');
  const response = await transport.ask(
    {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        spec: {
          resourceAttributes: {
            namespace: transport.target.namespace,
            verb,
            resource: plural,
            ...(group.length > 0 ? { group: group.join('.') } : {}),
            ...(subresource === undefined ? {} : { subresource }),
          },
        },
      }),
    },
    { action: `check the permission to ${verb} ${resource}` },
  );
  const review = (await response.json()) as { readonly status?: { readonly allowed?: unknown } };
  return review.status?.allowed === true;
}
