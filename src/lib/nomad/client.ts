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

/** Options of every read. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
}

/**
 * Options of a blocking query, which waits until its answer is newer than `index` or `wait` has
 * passed.
 */
export interface WatchOptions extends ReadOptions {
  /** The index of the known answer; 0 or no index never waits. */
  readonly index?: number;
  /** The maximum time for which the server holds the request, in milliseconds. */
  readonly wait?: Milliseconds;
}

/**
 * An answer with the index to watch from. The index is null over `exec` before Nomad 1.3, where
 * blocking queries are not possible.
 */
export interface Watched<T> {
  readonly value: T;
  readonly index: number | null;
}

/** The parts to include in the list of allocations; each makes the answer larger. */
export interface AllocationListOptions extends ReadOptions {
  /** Task states and their events. */
  readonly taskStates?: boolean;
  /** The allocated resources (Nomad 1.0 and later; null before). */
  readonly resources?: boolean;
  /** Only allocations whose client status is pending, running or unknown. */
  readonly live?: boolean;
}

/** The options of a drain. */
export interface DrainSpec {
  /**
   * The time in milliseconds after which Nomad kills the allocations that still run. Null waits
   * without limit; `force` kills at once.
   */
  readonly deadline: Milliseconds | null | 'force';
  readonly ignoreSystemJobs?: boolean;
  /** Nomad 1.1 and later keep it in LastDrain. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** The log to read, and where to start in it. */
export interface LogRequest extends ReadOptions {
  readonly allocation: AllocationId;
  readonly task: string;
  readonly stream: 'stdout' | 'stderr';
  readonly follow: boolean;
  readonly origin: 'start' | 'end';
  /** The distance in bytes from `origin`, across all rotated files of the log. */
  readonly offset: number;
}

/** A piece of a log. */
export interface LogChunk {
  readonly data: Uint8Array;
  /**
   * The rotated file that contains the piece, such as `alloc/logs/build-agent.stderr.0`; null over
   * `exec` before Nomad 1.3.
   */
  readonly file: string | null;
  /** The offset of the end of the piece in that file; null over `exec` before Nomad 1.3. */
  readonly offset: number | null;
  /** `file deleted` or `file truncated`: the file was removed by rotation, or emptied. */
  readonly event: string | null;
}

/**
 * The requests that the commands make to Nomad. They are answered over HTTP (direct, pod proxy,
 * port-forward) or by the nomad CLI in the server pod (exec). Lists are async iterables, so that
 * 50,000 allocations are never in memory at once.
 *
 * Every method throws an `AdminError`: `notFound` (NOMAD_NODE_NOT_FOUND, NOMAD_JOB_NOT_FOUND,
 * NOMAD_ALLOCATION_NOT_FOUND), `unauthorised` (NOMAD_PERMISSION_DENIED), `service`
 * (NOMAD_NO_LEADER, NOMAD_UNREACHABLE, NOMAD_BAD_ANSWER, NOMAD_CLIENT_UNREACHABLE, NOMAD_ERROR),
 * `timeout` (REQUEST_TIMEOUT).
 */
export interface NomadClient {
  readonly access: NomadAccess;
  agent(options?: ReadOptions): Promise<Agent>;
  /** Returns the leader as `host:port`; null if there is none. */
  leader(options?: ReadOptions): Promise<string | null>;
  /**
   * Returns the current time of the server that answers; null if it is not reported (over `exec`).
   */
  serverTime(options?: ReadOptions): Promise<Date | null>;

  nodes(options?: ReadOptions & { readonly resources?: boolean }): AsyncIterable<NomadNode>;
  node(id: NodeId, options?: WatchOptions): Promise<Watched<NomadNodeDetail>>;
  /**
   * Returns all known allocations of a node, including finished ones, with task states and
   * resources.
   */
  nodeAllocations(id: NodeId, options?: WatchOptions): Promise<Watched<readonly Allocation[]>>;

  allocations(options?: AllocationListOptions): AsyncIterable<Allocation>;
  allocation(id: AllocationId, options?: WatchOptions): Promise<Watched<Allocation>>;

  jobs(options?: ReadOptions): AsyncIterable<NomadJob>;
  /** Returns the list of jobs as soon as it is newer than `index`. */
  watchJobs(options: WatchOptions): Promise<Watched<readonly NomadJob[]>>;
  job(id: JobId, options?: ReadOptions): Promise<NomadJobDetail>;
  jobAllocations(id: JobId, options?: ReadOptions): Promise<readonly Allocation[]>;
  jobEvaluations(id: JobId, options?: ReadOptions): Promise<readonly Evaluation[]>;
  evaluations(options?: ReadOptions): AsyncIterable<Evaluation>;

  /** Starts a drain. Starting it again restarts the deadline. */
  drain(id: NodeId, spec: DrainSpec, options?: ReadOptions): Promise<void>;
  /** Ends a drain. `eligible` determines whether the node receives builds again. */
  cancelDrain(id: NodeId, eligible: boolean, options?: ReadOptions): Promise<void>;
  setEligibility(id: NodeId, eligible: boolean, options?: ReadOptions): Promise<void>;

  /**
   * Yields the pieces of a task's log as they arrive. Ends at the end of the log; never ends if
   * `follow` is set.
   */
  logs(request: LogRequest): AsyncIterable<LogChunk>;

  /** Closes connections and tunnels. */
  close(): Promise<void>;
}
