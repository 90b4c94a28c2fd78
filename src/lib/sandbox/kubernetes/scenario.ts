import type { PortSituation } from '../ssh/scenario.ts';

/** What a pod is doing when the sandbox opens. */
export type PodSituation =
  /** Every container runs and is ready. */
  | 'running'
  /** Runs, and its readiness probe fails. */
  | 'not-ready'
  /** Its container ends soon after every start. */
  | 'crash-loop'
  /** The same, and the kernel ends it for want of memory. */
  | 'out-of-memory'
  /** Its image is not there, and must not be pulled. */
  | 'image-missing'
  /** Its image cannot be pulled. */
  | 'image-pull-back-off'
  /** Fits on no node. */
  | 'unschedulable'
  /** A Job's pod that has ended well. */
  | 'completed'
  /** Thrown off its node. */
  | 'evicted';

/** A container of a pod. */
export interface ContainerSpec {
  readonly name: string;
  /** Default: an image named after the container. */
  readonly image?: string;
  readonly command?: readonly string[];
  /** Ports that the specification names; what really answers is the pod's backend. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** A workload of the installation and its pods, as data. */
export interface PodSpec {
  /** Name of the workload: `dispatcher`, `circleci-nomad`. */
  readonly name: string;
  /** What makes its pods come back. Default: a Deployment. */
  readonly kind?: 'Deployment' | 'StatefulSet' | 'Job';
  /** Default 1. */
  readonly replicas?: number;
  /** Default: `app=NAME,layer=application`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Default: one container named as the workload. */
  readonly containers?: readonly ContainerSpec[];
  readonly situation?: PodSituation;
  /** Restarts so far. */
  readonly restarts?: number;
  /** Default 30. */
  readonly gracePeriodSeconds?: number;
  /** Milliseconds from a start to readiness; 0 (the default) where there is no readiness probe. */
  readonly readyAfterMs?: number;
  /** Path of an HTTP readiness probe of the first port; a TCP probe where it is left out. */
  readonly readinessPath?: string;
  /** A ConfigMap that is mounted into the first container. */
  readonly configMap?: { readonly name: string; readonly mountPath: string };
  /** Exit status of a crash loop's container. Default 1. */
  readonly exitCode?: number;
  /** CPU that it requests, as Kubernetes writes it. */
  readonly cpu?: string;
  /** Environment of its containers. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a user may do: one rule of a Role. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Somebody who holds a token. */
export interface UserSpec {
  /** As RBAC names it: `system:serviceaccount:NAMESPACE:NAME` or a plain name. */
  readonly name: string;
  readonly token: string;
  /** `all` is a cluster administrator; rules hold in {@link namespace} only. */
  readonly rules: 'all' | readonly PolicyRule[];
  /** Where the rules hold. Default: the scenario's namespace; `*` is everywhere. */
  readonly namespace?: string;
}

/** A simulated Kubernetes cluster, as data. */
export interface KubernetesScenario {
  /** Default `circleci-server`. */
  readonly namespace?: string;
  /** Default `v1.21.2-k3s1`. */
  readonly version?: string;
  /** Default: the services of a 3.x installation. */
  readonly pods?: readonly PodSpec[];
  /** HTTPS with a certificate authority of its own. Default true. */
  readonly tls?: boolean;
  /**
   * What `exec` speaks over WebSocket, best first. Default `v4` alone, as servers before 1.29; with
   * `v5` port-forward also takes SPDY tunnelled in a WebSocket, as 1.30 and later do.
   */
  readonly execProtocols?: readonly ('v5' | 'v4')[];
  /** Default: an administrator, and a service account that may get and list pods. */
  readonly users?: readonly UserSpec[];
  /** Cluster nodes. Default 3. */
  readonly nodes?: number;
  /** How old the installation is, in milliseconds. Default 6 days and 20 hours. */
  readonly ageMs?: number;
  /** Objects of the kind ConfigMap: name to data. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By how many milliseconds the clock of a workload's node is ahead. */
  readonly clockSkewMs?: Readonly<Record<string, number>>;
  /** A file that {@link KubernetesSandbox.start} writes its kubeconfig to, mode 0600. */
  readonly kubeconfigPath?: string;
  /** How `host:port`, or every port of `host`, looks from containers; what is not named is open. */
  readonly ports?: Readonly<Record<string, PortSituation>>;
}

/** Token of the default administrator. */
export const ADMIN_TOKEN = 'sandbox-administrator';
/** Token of the default limited service account. */
export const LIMITED_TOKEN = 'sandbox-limited';

/** The users of a scenario that names none. */
export function defaultUsers(namespace: string): readonly UserSpec[] {
  return [
    { name: 'sandbox-admin', token: ADMIN_TOKEN, rules: 'all', namespace: '*' },
    {
      name: `system:serviceaccount:${namespace}:limited`,
      token: LIMITED_TOKEN,
      rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }],
    },
  ];
}
