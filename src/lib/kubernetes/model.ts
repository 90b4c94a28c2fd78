/** How a container ended. */
export interface Termination {
  /** `OOMKilled`, `Error`, `Completed`, ... */
  readonly reason: string | null;
  readonly exitCode: number | null;
  /** Of the signal that ended it; null where the runtime names none. */
  readonly signal: number | null;
  /** What it left in its termination message, or the last of its log. */
  readonly message: string | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** A container of a pod, as its status says. */
export interface Container {
  readonly name: string;
  readonly image: string | null;
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: 'waiting' | 'running' | 'terminated' | 'unknown';
  /** Why it waits or ended: `CrashLoopBackOff`, `OOMKilled`, ... */
  readonly reason: string | null;
  readonly message: string | null;
  readonly exitCode: number | null;
  readonly startedAt: Date | null;
  /** How it has ended; null unless it is `terminated`. */
  readonly termination?: Termination | null;
  /** How it ended the time before. */
  readonly lastTermination: Termination | null;
  /** Whether its start-up probe has passed; null before that is known. */
  readonly started?: boolean | null;
  /** An init container that goes on beside the others (restartPolicy Always, Kubernetes 1.28). */
  readonly sidecar?: boolean;
  /** What it may use; null where it has no limit. */
  readonly memoryLimitBytes?: number | null;
}

/** A node that does not run its pods: it is not ready, or was deleted. */
export interface LostNode {
  readonly name: string;
  /** In the words of Kubernetes. */
  readonly why: string;
}

/** A pod, read once from the wire. */
export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /** The pod's own reason, such as `Evicted`. */
  readonly reason: string | null;
  readonly message: string | null;
  readonly createdAt: Date | null;
  /** Set while it is being deleted. */
  readonly deletedAt: Date | null;
  readonly nodeName: string | null;
  /** Its node, where that was looked at and is lost; the pod itself does not say so. */
  readonly lostNode?: LostNode;
  readonly podIp: string | null;
  /** What owns it, such as a ReplicaSet, a StatefulSet or a Job. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
  readonly containers: readonly Container[];
  /** Those that run before the others, in order; left out where there are none. */
  readonly initContainers?: readonly Container[];
  /** Those that were added for debugging, and are never restarted; left out where there are none. */
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

/** Which workload: its kind and its name. */
export interface WorkloadReference {
  readonly kind: (typeof WORKLOAD_KINDS)[number];
  readonly name: string;
}

/** A Deployment, StatefulSet or DaemonSet, as its controller last saw it. */
export interface Workload extends WorkloadReference {
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that its pods carry. */
  readonly selector: Readonly<Record<string, string>>;
  /** How many pods are wanted. */
  readonly replicas: number;
  /** How many there are, of whatever template. */
  readonly current: number;
  readonly ready: number;
  readonly available: number;
  /** How many are of the newest template. */
  readonly updated: number;
  /** Whether the controller has seen the newest specification. */
  readonly observed: boolean;
  /** `RollingUpdate`, `Recreate` or `OnDelete`; null where it does not say. */
  readonly strategy: string | null;
  /** It replaces no pods until its rollout is resumed. */
  readonly paused?: boolean;
  /** When it was last restarted by `kubectl rollout restart` or by us; null if never. */
  readonly restartedAt: Date | null;
  /** Why its rollout has failed, as `ProgressDeadlineExceeded`; null while it has not. */
  readonly stalled: string | null;
}
