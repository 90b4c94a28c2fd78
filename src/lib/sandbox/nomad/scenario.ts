/** Why a generated job cannot be placed. */
export type PendingCause =
  /** It would fit on an empty client, but all are too full. */
  | 'full'
  /** As `full`, but for lack of memory only. */
  | 'memory'
  /** It requests more than any client has. */
  | 'too-large'
  /** It requires an attribute that no client has. */
  | 'constraint'
  /** It requires a node class that no client has. */
  | 'class'
  /** It requires a task driver that no client has. */
  | 'driver'
  /** Its datacenter has no clients. */
  | 'no-nodes';

/** Jobs that cannot be placed. */
export interface PendingSpec {
  readonly cause: PendingCause;
  /** Defaults to 1. */
  readonly count?: number;
}

/** A client. Fields that are not set have the values of generated clients. */
export interface NodeSpec {
  readonly id?: string;
  readonly name?: string;
  readonly class?: string;
  readonly pool?: string;
  readonly datacenter?: string;
  readonly address?: string;
  readonly version?: string;
  readonly cpuMhz?: number;
  readonly memoryMb?: number;
  readonly reservedCpuMhz?: number;
  readonly reservedMemoryMb?: number;
  readonly status?: 'ready' | 'down' | 'initializing' | 'disconnected';
  readonly eligible?: boolean;
  /** Whether it is draining from the start; a number is the deadline in milliseconds. */
  readonly draining?: boolean | number;
  /** The virtual machine of the client; null if the client could not detect one. */
  readonly instance?: {
    readonly cloud: 'aws' | 'gcp';
    readonly id?: string;
    readonly zone?: string;
    readonly type?: string;
  } | null;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly meta?: Readonly<Record<string, string>>;
  readonly drivers?: readonly string[];
}

/** The initial state of a simulated Nomad. All fields have defaults. */
export interface NomadScenario {
  /** Defaults to `1.0.4`. */
  readonly version?: string;
  /** The number of generated clients: 5 by default, at most 5,000. */
  readonly clients?: number;
  /** The number of generated running builds: 6 by default, at most 50,000. */
  readonly builds?: number;
  /** The number of generated finished builds; 0 by default. */
  readonly finished?: number;
  readonly pending?: readonly PendingSpec[];
  /** The first entries change the generated clients in order; further ones are added. */
  readonly nodes?: readonly NodeSpec[];
  /** False for servers without a leader. */
  readonly leader?: boolean;
  /** The duration of builds: a range, one duration, or null for until they are stopped. */
  readonly buildDurationMs?: number | readonly [number, number] | null;
  /** The number of new builds per minute; 0 by default. */
  readonly arrivalPerMinute?: number;
  /** No generated build was submitted in the last this many milliseconds; 0 by default. */
  readonly quietMs?: number;
  /** Enables access control with this token. */
  readonly token?: string;
  readonly cloud?: 'aws' | 'gcp' | 'none';
  /** Whether build agents generate log lines; true by default. */
  readonly chatter?: boolean;
  /** Defaults to 10 files of 10 MB. */
  readonly logRotation?: { readonly maxFiles: number; readonly maxBytes: number };
}
