/** How a container ended. */
export interface Termination {
  /** `OOMKilled`, `Error`, `Completed`, ... */
  readonly reason: string | null;
  readonly exitCode: number | null;
  /** The number of the signal that ended it; null if the runtime reports none. */
  readonly signal: number | null;
  /** Its termination message, or the end of its log. */
  readonly message: string | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** A container of a pod, from its spec and status. */
export interface Container {
  readonly name: string;
  readonly image: string | null;
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: 'waiting' | 'running' | 'terminated' | 'unknown';
  /** Why it is waiting or has ended: `CrashLoopBackOff`, `OOMKilled`, ... */
  readonly reason: string | null;
  readonly message: string | null;
  readonly exitCode: number | null;
  readonly startedAt: Date | null;
  /** How the container ended; null unless its state is `terminated`. */
  readonly termination?: Termination | null;
  /** How its previous run ended; null without a previous run. */
  readonly lastTermination: Termination | null;
  /** Whether its startup probe has succeeded; null if unknown. */
  readonly started?: boolean | null;
  /** Whether it is an init container that keeps running (restartPolicy Always, Kubernetes 1.28). */
  readonly sidecar?: boolean;
  /** Its memory limit; null without a limit. */
  readonly memoryLimitBytes?: number | null;
}

/** A node that does not run its pods, because it is not ready or was deleted. */
export interface LostNode {
  readonly name: string;
  /** The message or reason of its Ready condition. */
  readonly why: string;
}

/** A pod, decoded from the API. */
export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /** The reason of the pod's own status, such as `Evicted`. */
  readonly reason: string | null;
  readonly message: string | null;
  readonly createdAt: Date | null;
  /** The deletionTimestamp; null unless the pod is being deleted. */
  readonly deletedAt: Date | null;
  readonly nodeName: string | null;
  /** The pod's node, if it was checked and is lost; the API's pod does not contain this. */
  readonly lostNode?: LostNode;
  readonly podIp: string | null;
  /** The controlling owner, such as a ReplicaSet, a StatefulSet or a Job. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
  readonly containers: readonly Container[];
  /** Containers that run before the others, in order; undefined if there are none. */
  readonly initContainers?: readonly Container[];
  /** Debug containers, which are never restarted; undefined if there are none. */
  readonly ephemeralContainers?: readonly Container[];
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string | null;
    readonly message: string | null;
  }[];
  readonly resourceVersion: string;
}

/** An event about an object. */
export interface KubernetesEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstAt: Date | null;
  readonly lastAt: Date | null;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** The kinds of workload that keep pods running. */
export const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** Names a workload. */
export interface WorkloadReference {
  readonly kind: (typeof WORKLOAD_KINDS)[number];
  readonly name: string;
}

/** The status of a Deployment, StatefulSet or DaemonSet, as its controller last updated it. */
export interface Workload extends WorkloadReference {
  readonly labels: Readonly<Record<string, string>>;
  /** The labels that its pods have. */
  readonly selector: Readonly<Record<string, string>>;
  /** The desired number of pods. */
  readonly replicas: number;
  /** The number of existing pods, of any template. */
  readonly current: number;
  readonly ready: number;
  readonly available: number;
  /** The number of pods that have the newest template. */
  readonly updated: number;
  /** Whether the controller has seen the newest generation of the spec. */
  readonly observed: boolean;
  /** `RollingUpdate`, `Recreate` or `OnDelete`; null if the spec has no strategy. */
  readonly strategy: string | null;
  /** A StatefulSet's rolling update replaces only pods from this ordinal on; undefined for 0. */
  readonly partition?: number;
  /** Whether the rollout is paused: no pods are replaced until it is resumed. */
  readonly paused?: boolean;
  /** When it was last restarted, by `kubectl rollout restart` or by this tool; null if never. */
  readonly restartedAt: Date | null;
  /** Why its rollout has failed, such as `ProgressDeadlineExceeded`; null if it has not failed. */
  readonly stalled: string | null;
}
