import type { Duplex, Readable, Writable } from 'node:stream';
import type { Milliseconds } from '../clock.ts';
import type { HttpClient } from '../http/http.ts';
import type { KubernetesEvent, LostNode, Pod, Workload, WorkloadReference } from './model.ts';

/** The cluster, user and namespace that are spoken to. */
export interface ClusterTarget {
  /** Name of the kubeconfig context; null inside a cluster. */
  readonly context: string | null;
  /** Scheme, host and port of the API server. */
  readonly server: string;
  readonly namespace: string;
}

/** Which pods. */
export interface PodSelector {
  /** Kubernetes label selector, such as `app=dispatcher`. */
  readonly labelSelector?: string;
  /** Kubernetes field selector, such as `status.phase!=Running`. */
  readonly fieldSelector?: string;
  /** Of a watch: the pods that are there already are reported too, as added. */
  readonly fromStart?: boolean;
  readonly signal?: AbortSignal;
}

/** A change that a watch reports. */
export interface PodChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly pod: Pod;
}

/** Which part of a container's log. */
export interface PodLogRequest {
  readonly pod: string;
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceTime?: Date;
  /** Only what was written in the last so many seconds, by the clock of the pod's node. */
  readonly sinceSeconds?: number;
  /** At the most so many bytes, from the first that is sent on: the rest is cut off. */
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
  /** Allocates a terminal there: one stream, ANSI and CRLF. */
  readonly tty?: boolean;
  /** Terminal sizes, the first at once, then as they change; with `tty` only. */
  readonly sizes?: AsyncIterable<{ readonly columns: number; readonly rows: number }>;
  readonly signal?: AbortSignal;
}

/** How a command in a container ended. */
export interface ExecResult {
  /** The command's own exit status. */
  readonly exitCode: number;
}

/** A local port that leads into a pod. */
export interface PortForward {
  /** Port on 127.0.0.1. */
  readonly localPort: number;
  close(): Promise<void>;
}

/**
 * What the tool asks of Kubernetes.
 *
 * Every method throws an `AdminError`: `unauthorised` (KUBERNETES_UNAUTHORIZED,
 * KUBERNETES_FORBIDDEN, naming verb and resource), `notFound` (POD_NOT_FOUND,
 * NAMESPACE_NOT_FOUND), `service` (KUBERNETES_UNREACHABLE, KUBERNETES_ERROR, PORT_REFUSED,
 * EXEC_LOST when the connection ends without an exit status), `validation` (BAD_SELECTOR, ...),
 * `timeout` (REQUEST_TIMEOUT).
 */
export interface KubernetesClient {
  readonly target: ClusterTarget;
  /** The server's version, such as `v1.21.2-k3s1`. */
  version(signal?: AbortSignal): Promise<string>;
  /** What is wrong with the kubeconfig's credentials shows here, before anything is asked. */
  logIn(): Promise<void>;
  /** What time it is for the API server; null where it does not say. */
  serverTime(signal?: AbortSignal): Promise<Date | null>;
  /** The versions of the nodes' kubelets, each once; null if we may not list nodes. */
  kubeletVersions(signal?: AbortSignal): Promise<readonly string[] | null>;
  /** Those of the named nodes that do not run their pods; null if we may not read nodes. */
  lostNodes(names: readonly string[], signal?: AbortSignal): Promise<readonly LostNode[] | null>;
  listPods(selector?: PodSelector): Promise<readonly Pod[]>;
  /** The pods of all namespaces; null if we may not list them. */
  listAllPods(selector?: PodSelector): Promise<readonly Pod[] | null>;
  getPod(name: string, signal?: AbortSignal): Promise<Pod>;
  /** Changes from now on, over broken connections and expired versions, until aborted. */
  watchPods(selector?: PodSelector): AsyncIterable<PodChange>;
  /** With a `uid` exactly that pod, and none that took its name since: KUBERNETES_CONFLICT then. */
  deletePod(
    name: string,
    options?: {
      readonly uid?: string;
      readonly gracePeriodSeconds?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<void>;
  podEvents(name: string, signal?: AbortSignal): Promise<readonly KubernetesEvent[]>;
  /** Deployments and StatefulSets of the namespace; null if we may not list them. */
  listWorkloads(signal?: AbortSignal): Promise<readonly Workload[] | null>;
  getWorkload(workload: WorkloadReference, signal?: AbortSignal): Promise<Workload>;
  /** The workload that keeps a pod running, through its ReplicaSet; null where none does. */
  workloadOf(
    pod: Pick<Pod, 'name' | 'owner' | 'labels'>,
    signal?: AbortSignal,
  ): Promise<WorkloadReference | null>;
  /** Replaces the pods of a workload one after the other, as `kubectl rollout restart` does. */
  restartWorkload(workload: WorkloadReference, at: Date, signal?: AbortSignal): Promise<void>;
  podLogs(request: PodLogRequest): AsyncIterable<Uint8Array>;
  /** WebSocket, `v5.channel.k8s.io` with `v4` as the fallback. */
  exec(request: ExecRequest): Promise<ExecResult>;
  /** One connection to a port of a pod, over one WebSocket. */
  connect(pod: string, port: number, signal?: AbortSignal): Promise<Duplex>;
  /** Listens on a free port of 127.0.0.1 and hands every connection to {@link connect}. */
  portForward(pod: string, port: number): Promise<PortForward>;
  /**
   * HTTP to a port of a pod through the API server. Status, headers and body are the pod's, except
   * that a `Status` document of the API server itself becomes an AdminError.
   */
  podProxy(pod: string, port: number, options?: { readonly tls?: boolean }): HttpClient;
  /** Whether a namespace exists: an empty list of pods alone does not say so. Null if forbidden. */
  namespaceExists(name: string, signal?: AbortSignal): Promise<boolean | null>;
  /** Uid of a namespace; null where there is none or we may not look. */
  namespaceId(name: string, signal?: AbortSignal): Promise<string | null>;
  /** Host names of the namespace's Ingresses, each once; null if we may not list them. */
  ingressHosts(signal?: AbortSignal): Promise<readonly string[] | null>;
  /**
   * Whether we may (a SelfSubjectAccessReview).
   *
   * @param resource its API group behind it where it has one, as in `deployments.apps`
   */
  can(verb: string, resource: string, subresource?: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Options that hold for every request of a client. */
export interface KubernetesClientOptions {
  readonly requestTimeout: Milliseconds;
}
