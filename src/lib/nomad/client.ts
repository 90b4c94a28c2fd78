import type { Milliseconds } from '../clock.ts';
import type {
  Agent,
  Allocation,
  AllocationId,
  Evaluation,
  JobId,
  NodeId,
  NomadAccess,
  NomadJob,
  NomadJobDetail,
  NomadNode,
  NomadNodeDetail,
} from './model.ts';

/** Every read can be cancelled. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
}

/** A read that waits until its answer is newer than `index` (a blocking query), or `wait` passed. */
export interface WatchOptions extends ReadOptions {
  /** The index of the answer that is already known; 0 or left out never waits. */
  readonly index?: number;
  /** How long the server may hold the request, in milliseconds. */
  readonly wait?: Milliseconds;
}

/** An answer and the index to watch from; null over `exec` before Nomad 1.3, which cannot wait. */
export interface Watched<T> {
  readonly value: T;
  readonly index: number | null;
}

/** What to include in the list of allocations; each costs bytes. */
export interface AllocationListOptions extends ReadOptions {
  /** Task states and their events. */
  readonly taskStates?: boolean;
  /** The resources that each was given (Nomad 1.0 and later; null before). */
  readonly resources?: boolean;
  /** Only those whose client status is pending, running or unknown. */
  readonly live?: boolean;
}

/** How a node is drained. */
export interface DrainSpec {
  /** Milliseconds after which Nomad kills what still runs; null waits for ever; `force` kills now. */
  readonly deadline: Milliseconds | null | 'force';
  readonly ignoreSystemJobs?: boolean;
  /** Kept in LastDrain by Nomad 1.1 and later. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** Where in a task's log to begin. */
export interface LogRequest extends ReadOptions {
  readonly allocation: AllocationId;
  readonly task: string;
  readonly stream: 'stdout' | 'stderr';
  readonly follow: boolean;
  readonly origin: 'start' | 'end';
  /** Bytes from `origin`, over all of the log's rotated files. */
  readonly offset: number;
}

/** A piece of a log. */
export interface LogChunk {
  readonly data: Uint8Array;
  /**
   * The rotated file that it is from, such as `alloc/logs/build-agent.stderr.0`; null over `exec`
   * before Nomad 1.3.
   */
  readonly file: string | null;
  /** Where in that file the piece ends; null over `exec` before 1.3. */
  readonly offset: number | null;
  /** `file deleted` or `file truncated`: the file was rotated away or emptied. */
  readonly event: string | null;
}

/**
 * What the commands ask of Nomad. It is answered over HTTP (direct, pod proxy, port-forward) or by
 * the nomad CLI in the server pod (exec). Lists are async iterables, so that 50,000 allocations
 * never stand in memory at once.
 *
 * Every method throws an `AdminError`: `notFound` (NOMAD_NODE_NOT_FOUND, NOMAD_JOB_NOT_FOUND,
 * NOMAD_ALLOCATION_NOT_FOUND), `unauthorised` (NOMAD_PERMISSION_DENIED), `service`
 * (NOMAD_NO_LEADER, NOMAD_UNREACHABLE, NOMAD_BAD_ANSWER, NOMAD_CLIENT_UNREACHABLE, NOMAD_ERROR),
 * `timeout` (REQUEST_TIMEOUT).
 */
export interface NomadClient {
  readonly access: NomadAccess;
  agent(options?: ReadOptions): Promise<Agent>;
  /** `host:port` of the leader; null when there is none. */
  leader(options?: ReadOptions): Promise<string | null>;
  /** What time it is for the server that answers; null where it does not say (over `exec`). */
  serverTime(options?: ReadOptions): Promise<Date | null>;

  nodes(options?: ReadOptions & { readonly resources?: boolean }): AsyncIterable<NomadNode>;
  node(id: NodeId, options?: WatchOptions): Promise<Watched<NomadNodeDetail>>;
  /** Every allocation that is known on a node, finished ones too, with task states and resources. */
  nodeAllocations(id: NodeId, options?: WatchOptions): Promise<Watched<readonly Allocation[]>>;

  allocations(options?: AllocationListOptions): AsyncIterable<Allocation>;
  allocation(id: AllocationId, options?: WatchOptions): Promise<Watched<Allocation>>;

  jobs(options?: ReadOptions): AsyncIterable<NomadJob>;
  /** The list of jobs as soon as it is newer than `index`. */
  watchJobs(options: WatchOptions): Promise<Watched<readonly NomadJob[]>>;
  job(id: JobId, options?: ReadOptions): Promise<NomadJobDetail>;
  jobAllocations(id: JobId, options?: ReadOptions): Promise<readonly Allocation[]>;
  jobEvaluations(id: JobId, options?: ReadOptions): Promise<readonly Evaluation[]>;
  evaluations(options?: ReadOptions): AsyncIterable<Evaluation>;

  /** Sets a drain. Setting it again restarts the deadline's clock. */
  drain(id: NodeId, spec: DrainSpec, options?: ReadOptions): Promise<void>;
  /** Ends a drain; `eligible` says whether builds are placed there again. */
  cancelDrain(id: NodeId, eligible: boolean, options?: ReadOptions): Promise<void>;
  setEligibility(id: NodeId, eligible: boolean, options?: ReadOptions): Promise<void>;

  /** The pieces of a task's log as they come. Ends at the log's end, or never when following. */
  logs(request: LogRequest): AsyncIterable<LogChunk>;

  /** Closes connections and tunnels. */
  close(): Promise<void>;
}
