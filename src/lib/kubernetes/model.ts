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
  /** How it ended the time before. */
  readonly lastTermination: {
    readonly reason: string | null;
    readonly exitCode: number | null;
    readonly finishedAt: Date | null;
  } | null;
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
  readonly podIp: string | null;
  /** What owns it, such as a ReplicaSet, a StatefulSet or a Job. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
  readonly containers: readonly Container[];
  /** Those that run before the others, in order; left out where there are none. */
  readonly initContainers?: readonly Container[];
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
  /** When it was last restarted by `kubectl rollout restart` or by us; null if never. */
  readonly restartedAt: Date | null;
  /** Why its rollout has failed, as `ProgressDeadlineExceeded`; null while it has not. */
  readonly stalled: string | null;
}
