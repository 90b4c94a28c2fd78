import type { Duplex, Readable, Writable } from 'node:stream';
import type { Milliseconds } from '../clock.ts';
import type { HttpClient } from '../http/http.ts';
import type { KubernetesEvent, LostNode, Pod, Workload, WorkloadReference } from './model.ts';

/** The cluster and namespace that a client works with. */
export interface ClusterTarget {
  /** Name of the kubeconfig context; null for the service account of a pod. */
  readonly context: string | null;
  /** Scheme, host and port of the API server. */
  readonly server: string;
  readonly namespace: string;
}

/** Selects pods; without any selector, all pods. */
export interface PodSelector {
  /** Kubernetes label selector, such as `app=dispatcher`. */
  readonly labelSelector?: string;
  /** Kubernetes field selector, such as `status.phase!=Running`. */
  readonly fieldSelector?: string;
  /** For a watch: whether pods that already exist are reported too, as ADDED. */
  readonly fromStart?: boolean;
  readonly signal?: AbortSignal;
}

/** A change that a watch reports. */
export interface PodChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly pod: Pod;
}

/** Selects a part of a container's log. */
export interface PodLogRequest {
  readonly pod: string;
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceTime?: Date;
  /** Only the lines of the last so many seconds, according to the clock of the pod's node. */
  readonly sinceSeconds?: number;
  /**
   * The maximum number of bytes, counted from the first byte of the selected part; the rest is cut
   * off.
   */
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
}

/** A command to run in a container. */
export interface ExecRequest {
  readonly pod: string;
  readonly container?: string;
  readonly command: readonly string[];
  readonly stdin?: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Allocates a terminal in the container: the output is one stream with ANSI codes and CRLF. */
  readonly tty?: boolean;
  /** The terminal sizes: the initial one, then one for each change. Used only with `tty`. */
  readonly sizes?: AsyncIterable<{ readonly columns: number; readonly rows: number }>;
  readonly signal?: AbortSignal;
}

/** How a command in a container ended. */
export interface ExecResult {
  /** The command's own exit status. */
  readonly exitCode: number;
}

/** A local port that is forwarded to a port of a pod. */
export interface PortForward {
  /** The port on 127.0.0.1. */
  readonly localPort: number;
  close(): Promise<void>;
}

/**
 * The requests to the Kubernetes API that the tool needs.
 *
 * Every method throws an `AdminError`: `unauthorised` (KUBERNETES_UNAUTHORIZED,
 * KUBERNETES_FORBIDDEN, naming verb and resource), `notFound` (POD_NOT_FOUND, NAMESPACE_NOT_FOUND),
 * `service` (KUBERNETES_UNREACHABLE, KUBERNETES_ERROR, PORT_REFUSED, EXEC_LOST if the connection
 * ends without an exit status), `validation` (BAD_SELECTOR, ...), `timeout` (REQUEST_TIMEOUT).
 */
export interface KubernetesClient {
  readonly target: ClusterTarget;
  /** Returns the server's version, such as `v1.21.2-k3s1`. */
  version(signal?: AbortSignal): Promise<string>;
  /**
   * Obtains the credentials of the kubeconfig, so that errors in them show before the first
   * request.
   */
  logIn(): Promise<void>;
  /** Returns the API server's current time; null if its response has no date. */
  serverTime(signal?: AbortSignal): Promise<Date | null>;
  /** Returns the distinct kubelet versions of all nodes; null without permission to list nodes. */
  kubeletVersions(signal?: AbortSignal): Promise<readonly string[] | null>;
  /**
   * Returns those of the named nodes that do not run their pods; null without permission to read
   * nodes.
   */
  lostNodes(names: readonly string[], signal?: AbortSignal): Promise<readonly LostNode[] | null>;
  listPods(selector?: PodSelector): Promise<readonly Pod[]>;
  /** Returns the pods of all namespaces; null without permission to list them. */
  listAllPods(selector?: PodSelector): Promise<readonly Pod[] | null>;
  getPod(name: string, signal?: AbortSignal): Promise<Pod>;
  /**
   * Yields changes until the signal is aborted; survives broken connections and expired resource
   * versions.
   */
  watchPods(selector?: PodSelector): AsyncIterable<PodChange>;
  /**
   * Deletes a pod. With `uid`, a newer pod of the same name is not deleted: KUBERNETES_CONFLICT.
   */
  deletePod(
    name: string,
    options?: {
      readonly uid?: string;
      readonly gracePeriodSeconds?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<void>;
  /** Returns the events of this pod, not of earlier ones with its name. */
  podEvents(
    pod: Pick<Pod, 'name' | 'uid'>,
    signal?: AbortSignal,
  ): Promise<readonly KubernetesEvent[]>;
  /**
   * Returns the Deployments and StatefulSets of the namespace; null without permission to list
   * them.
   */
  listWorkloads(signal?: AbortSignal): Promise<readonly Workload[] | null>;
  getWorkload(workload: WorkloadReference, signal?: AbortSignal): Promise<Workload>;
  /**
   * Returns the workload that owns a pod, directly or through a ReplicaSet; null if there is none.
   */
  workloadOf(
    pod: Pick<Pod, 'name' | 'owner' | 'labels'>,
    signal?: AbortSignal,
  ): Promise<WorkloadReference | null>;
  /**
   * Restarts a workload as `kubectl rollout restart` does: its pods are replaced one after the
   * other.
   */
  restartWorkload(workload: WorkloadReference, at: Date, signal?: AbortSignal): Promise<void>;
  podLogs(request: PodLogRequest): AsyncIterable<Uint8Array>;
  /** Runs a command over a WebSocket with protocol `v5.channel.k8s.io`, or `v4` as the fallback. */
  exec(request: ExecRequest): Promise<ExecResult>;
  /** Opens one connection to a port of a pod, over its own WebSocket. */
  connect(pod: string, port: number, signal?: AbortSignal): Promise<Duplex>;
  /** Listens on a free port of 127.0.0.1 and forwards each connection with {@link connect}. */
  portForward(pod: string, port: number): Promise<PortForward>;
  /**
   * Returns an HTTP client for a port of a pod, through the API server. Status, headers and body
   * are the pod's, except that a `Status` document of the API server itself becomes an AdminError.
   */
  podProxy(pod: string, port: number, options?: { readonly tls?: boolean }): HttpClient;
  /**
   * Returns whether a namespace exists; null if forbidden. An empty list of pods does not tell,
   * because a missing namespace has one too.
   */
  namespaceExists(name: string, signal?: AbortSignal): Promise<boolean | null>;
  /** Returns the UID of a namespace; null if it does not exist or is forbidden. */
  namespaceId(name: string, signal?: AbortSignal): Promise<string | null>;
  /**
   * Returns the distinct host names of the namespace's Ingresses; null without permission to list
   * them.
   */
  ingressHosts(signal?: AbortSignal): Promise<readonly string[] | null>;
  /**
   * Returns whether the user has a permission (a SelfSubjectAccessReview).
   *
   * @param resource plural name, followed by its API group if it has one, as in `deployments.apps`
   */
  can(verb: string, resource: string, subresource?: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Options for every request of a client. Times are in milliseconds. */
export interface KubernetesClientOptions {
  readonly requestTimeout: Milliseconds;
}
