import type { PortSituation } from '../ssh/scenario.ts';

/** The state of a workload's pods when the sandbox starts. */
export type PodSituation =
  /** All containers are running and ready. */
  | 'running'
  /** Running, but the readiness probe fails. */
  | 'not-ready'
  /** The container terminates soon after every start. */
  | 'crash-loop'
  /** As `crash-loop`, but the container is killed for lack of memory. */
  | 'out-of-memory'
  /** The image is missing and must not be pulled. */
  | 'image-missing'
  /** The image cannot be pulled. */
  | 'image-pull-back-off'
  /** Fits on no node. */
  | 'unschedulable'
  /** A Job's pod that has completed successfully. */
  | 'completed'
  /** Evicted from its node. */
  | 'evicted';

/** A container of a pod. */
export interface ContainerSpec {
  readonly name: string;
  /** Default: an image named after the container. */
  readonly image?: string;
  readonly command?: readonly string[];
  /** The ports in the specification. What actually listens is defined by the pod's backend. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** A workload of the installation and its pods. */
export interface PodSpec {
  /** The name of the workload: `dispatcher`, `circleci-nomad`. */
  readonly name: string;
  /** The kind of the workload. Default: a Deployment. */
  readonly kind?: 'Deployment' | 'StatefulSet' | 'Job';
  /** Default 1. */
  readonly replicas?: number;
  /** Default: `app=NAME,layer=application`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Default: one container with the workload's name. */
  readonly containers?: readonly ContainerSpec[];
  readonly situation?: PodSituation;
  /** The initial restart count. */
  readonly restarts?: number;
  /** Default 30. */
  readonly gracePeriodSeconds?: number;
  /**
   * The time from a start to readiness, in milliseconds; 0 (the default) without a readiness probe.
   */
  readonly readyAfterMs?: number;
  /** The path of an HTTP readiness probe on the first port. Default: a TCP probe. */
  readonly readinessPath?: string;
  /** A ConfigMap mounted into the first container. */
  readonly configMap?: { readonly name: string; readonly mountPath: string };
  /** The exit status of a container in a crash loop. Default 1. */
  readonly exitCode?: number;
  /** The CPU request, in the notation of Kubernetes. */
  readonly cpu?: string;
  /** The environment of its containers. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The permissions of a user: one rule of a Role. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A user with a token. */
export interface UserSpec {
  /** The name for RBAC: `system:serviceaccount:NAMESPACE:NAME` or a plain name. */
  readonly name: string;
  readonly token: string;
  /** `all` for a cluster administrator; rules apply in {@link namespace} only. */
  readonly rules: 'all' | readonly PolicyRule[];
  /** The namespace of the rules. Default: the scenario's namespace; `*` for all. */
  readonly namespace?: string;
}

/** The initial state of a simulated Kubernetes cluster. */
export interface KubernetesScenario {
  /** Default `circleci-server`. */
  readonly namespace?: string;
  /** Default `v1.21.2-k3s1`. */
  readonly version?: string;
  /** Default: the services of a 3.x installation. */
  readonly pods?: readonly PodSpec[];
  /** Whether to use HTTPS with the sandbox's own certificate authority. Default true. */
  readonly tls?: boolean;
  /**
   * The WebSocket protocols of `exec` in order of preference. Default `v4` alone, as on servers
   * before 1.29; with `v5`, port-forward also accepts SPDY tunnelled in a WebSocket, as on 1.30 and
   * later.
   */
  readonly execProtocols?: readonly ('v5' | 'v4')[];
  /** Default: an administrator, and a service account that may get and list pods. */
  readonly users?: readonly UserSpec[];
  /** The number of cluster nodes. Default 3. */
  readonly nodes?: number;
  /** The age of the installation, in milliseconds. Default 6 days and 20 hours. */
  readonly ageMs?: number;
  /** The ConfigMaps: name to data. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** How far the clock of a workload's node is ahead, in milliseconds. */
  readonly clockSkewMs?: Readonly<Record<string, number>>;
  /** The file to which {@link KubernetesSandbox.start} writes its kubeconfig, with mode 0600. */
  readonly kubeconfigPath?: string;
  /**
   * The state of `host:port`, or of every port of `host`, as seen from containers; others are open.
   */
  readonly ports?: Readonly<Record<string, PortSituation>>;
}

/** The token of the default administrator. */
export const ADMIN_TOKEN = 'sandbox-administrator';
/** The token of the default limited service account. */
export const LIMITED_TOKEN = 'sandbox-limited';

/** Returns the users of a scenario that defines none. */
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
