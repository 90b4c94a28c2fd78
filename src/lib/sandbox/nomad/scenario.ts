/** Why a generated job cannot be placed. */
export type PendingCause =
  /** It would fit into an empty client, but all are too full. */
  | 'full'
  /** The same, for want of memory only. */
  | 'memory'
  /** It asks for more than any client has. */
  | 'too-large'
  /** It wants an attribute that no client has. */
  | 'constraint'
  /** It wants a node class that no client has. */
  | 'class'
  /** It wants a task driver that no client has. */
  | 'driver'
  /** Its datacenter has no client that could be asked at all. */
  | 'no-nodes';

/** Jobs that cannot be placed. */
export interface PendingSpec {
  readonly cause: PendingCause;
  /** 1 where it is left out. */
  readonly count?: number;
}

/** A client; what is left out is as for generated ones. */
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
  /** Draining already; a number is the deadline in milliseconds. */
  readonly draining?: boolean | number;
  /** The virtual machine behind it; null for none that the client could find out. */
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

/** What a simulated Nomad starts with. Everything has a default. */
export interface NomadScenario {
  /** `1.0.4` where it is left out. */
  readonly version?: string;
  /** How many clients to generate: 5, at most 5,000. */
  readonly clients?: number;
  /** How many running builds to generate: 6, at most 50,000. */
  readonly builds?: number;
  /** How many finished builds to generate: 0. */
  readonly finished?: number;
  readonly pending?: readonly PendingSpec[];
  /** The first ones change the generated clients in their order; more than those are added. */
  readonly nodes?: readonly NodeSpec[];
  /** False for servers without a leader. */
  readonly leader?: boolean;
  /** How long builds run: from and to, one length, or null for until they are told to end. */
  readonly buildDurationMs?: number | readonly [number, number] | null;
  /** How many new builds come in a minute: 0. */
  readonly arrivalPerMinute?: number;
  /** No generated build was submitted in the last so many milliseconds: 0. */
  readonly quietMs?: number;
  /** Switches access control on: requests need this token. */
  readonly token?: string;
  readonly cloud?: 'aws' | 'gcp' | 'none';
  /** Whether build agents write log lines by themselves: yes. */
  readonly chatter?: boolean;
  /** 10 files of 10 MB where it is left out. */
  readonly logRotation?: { readonly maxFiles: number; readonly maxBytes: number };
}
