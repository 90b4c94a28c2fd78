import type { Behaviour } from './behaviour.ts';
import type { Cluster } from './cluster.ts';
import type { Controllers } from './controllers.ts';
import type { NodeAddress } from './node-address.ts';
import { type KubeObject, timestamp } from './objects.ts';
import type { PodSpec } from './scenario.ts';
import {
  podTemplate,
  selectorLabels,
  type WorkloadObject,
  workloadLabels,
} from './workload-objects.ts';

/** Returns the names and addresses of `count` nodes. */
export function nodeAddresses(count: number): readonly NodeAddress[] {
  return Array.from({ length: Math.max(1, count) }, (_, index) => {
    const last = 21 + index;
    return { name: `ip-10-0-1-${last}.ec2.internal`, ip: `10.0.1.${last}` };
  });
}

/** Creates the namespaces and nodes, as of a time. */
export function createCluster(
  cluster: Cluster,
  nodes: readonly NodeAddress[],
  version: string,
  at: number,
): void {
  const names = [
    'kube-system',
    'default',
    'kube-public',
    'kube-node-lease',
    ...(['kube-system', 'default'].includes(cluster.namespace) ? [] : [cluster.namespace]),
  ];
  for (const name of names) {
    const own = name === cluster.namespace;
    const applied = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { annotations: {}, name },
    });
    cluster.collection('', 'namespaces')?.create({
      metadata: cluster.meta(name, {
        at,
        labels: { 'kubernetes.io/metadata.name': name },
        ...(own
          ? { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `${applied}\n` } }
          : {}),
      }),
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  }
  for (const node of nodes) {
    cluster.collection('', 'nodes')?.create(nodeObject(cluster, node, version, at));
  }
}

function nodeObject(cluster: Cluster, node: NodeAddress, version: string, at: number): KubeObject {
  const os = { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' };
  const capacity = {
    cpu: '4',
    'ephemeral-storage': '104845292Ki',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: '16058652Ki',
    pods: '110',
  };
  const heartbeat = timestamp(cluster.clock.nowMs() - 40_000);
  const condition = (type: string, reason: string, message: string): Record<string, string> => ({
    type,
    status: type === 'Ready' ? 'True' : 'False',
    lastHeartbeatTime: heartbeat,
    lastTransitionTime: timestamp(at),
    reason,
    message,
  });
  return {
    metadata: cluster.meta(node.name, {
      at,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        ...os,
        'kubernetes.io/hostname': node.name,
        'node.kubernetes.io/instance-type': 'm5.xlarge',
      },
      annotations: {
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    }),
    spec: { podCIDR: '10.42.0.0/24', podCIDRs: ['10.42.0.0/24'] },
    status: {
      capacity,
      allocatable: { ...capacity, 'ephemeral-storage': '95551679124' },
      conditions: [
        condition(
          'MemoryPressure',
          'KubeletHasSufficientMemory',
          'kubelet has sufficient memory available',
        ),
        condition('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      addresses: [
        { type: 'InternalIP', address: node.ip },
        { type: 'Hostname', address: node.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        machineID: cluster.random.hex(32),
        systemUUID: cluster.random.uuid(),
        bootID: cluster.random.uuid(),
        kernelVersion: '5.4.0-1029-aws',
        osImage: 'Ubuntu 20.04.2 LTS',
        containerRuntimeVersion: 'containerd://1.4.4',
        kubeletVersion: version,
        kubeProxyVersion: version,
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
      images: [{ names: ['docker.io/circleci/nomad-server:1.0.4'], sizeBytes: 74_824_364 }],
    },
  };
}

/** Creates a workload as of a time; its controller creates the pods. */
export function createWorkload(
  cluster: Cluster,
  controllers: Controllers,
  behaviour: Behaviour,
  spec: PodSpec,
  at: number,
): void {
  behaviour.describe(spec);
  const kind = spec.kind ?? 'Deployment';
  const template = podTemplate(spec);
  const labels = workloadLabels(spec);
  const applied = {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { annotations: {}, labels, name: spec.name, namespace: cluster.namespace },
    spec: { replicas: spec.replicas ?? 1, selector: { matchLabels: selectorLabels(spec) } },
  };
  const object: WorkloadObject = {
    metadata: cluster.meta(spec.name, {
      namespace: cluster.namespace,
      generation: 1,
      labels,
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(applied)}\n`,
      },
      at,
    }),
    spec: {
      replicas: spec.replicas ?? 1,
      selector: { matchLabels: selectorLabels(spec) },
      template,
      ...kindFields(kind, spec.name),
    },
    status: {},
  };
  if (kind === 'Deployment') controllers.deployments.create(object);
  else if (kind === 'StatefulSet') controllers.statefulSets.create(object);
  else foundJob(cluster, controllers, object, at);
}

function kindFields(kind: string, name: string): Record<string, unknown> {
  const strategy = { type: 'RollingUpdate' };
  if (kind === 'Deployment') {
    return {
      strategy: { ...strategy, rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    };
  }
  if (kind !== 'StatefulSet') return {};
  return {
    serviceName: name,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { ...strategy, rollingUpdate: { partition: 0 } },
    revisionHistoryLimit: 10,
  };
}

function foundJob(
  cluster: Cluster,
  controllers: Controllers,
  object: WorkloadObject,
  at: number,
): void {
  const { replicas: _, selector, template } = object.spec;
  const job = {
    ...object,
    spec: { parallelism: 1, completions: 1, backoffLimit: 6, selector, template, replicas: 1 },
    status: {
      conditions: [
        {
          type: 'Complete',
          status: 'True',
          lastProbeTime: timestamp(at + 9_000),
          lastTransitionTime: timestamp(at + 9_000),
        },
      ],
      startTime: timestamp(at),
      completionTime: timestamp(at + 9_000),
      succeeded: 1,
    },
  } satisfies WorkloadObject;
  cluster.collection('batch', 'jobs')?.create(job);
  const stored = cluster.collection('batch', 'jobs')?.find(cluster.namespace, object.metadata.name);
  controllers.createJobPod({ ...job, metadata: stored?.metadata ?? job.metadata });
}
