import { objectOf } from '../../json-value.ts';
import type {
  AllocationListOptions,
  LogChunk,
  LogRequest,
  NomadClient,
  ReadOptions,
  Watched,
  WatchOptions,
} from '../client.ts';
import { collect } from '../collect.ts';
import { type AllocationParts, decodeAllocation } from '../http/decode-allocation.ts';
import { decodeEvaluation } from '../http/decode-evaluation.ts';
import { decodeJob, decodeJobDetail } from '../http/decode-job.ts';
import { decodeNode, decodeNodeDetail } from '../http/decode-node.ts';
import { badAnswer, type NomadOperation } from '../http/errors.ts';
import { isLive } from '../jobs/allocation-end.ts';
import type {
  Agent,
  Allocation,
  AllocationId,
  Evaluation,
  JobId,
  NodeId,
  NomadJob,
  NomadJobDetail,
  NomadNode,
  NomadNodeDetail,
} from '../model.ts';
import type { CliVersion } from './cli-version.ts';
import { documentOf, listItems } from './command-output.ts';
import type { NomadCommands } from './nomad-commands.ts';
import { leaderOfMembers } from './server-members.ts';

/** The reads of a {@link NomadClient}, without the changes. */
export type NomadReads = Omit<
  NomadClient,
  'access' | 'drain' | 'cancelDrain' | 'setEligibility' | 'close' | 'serverTime'
>;

/** The stubs of `alloc status -json` contain task states, but never resources. */
const STUB_PARTS: AllocationParts = { taskStates: true, resources: false };

/**
 * Reads with the nomad CLI's own commands, for servers before Nomad 1.3, whose CLI has no `operator
 * api`. With `-json` each command prints the answer of the HTTP API, without the parts that the CLI
 * does not request: nodes and allocations in lists have no resources. Blocking queries are not
 * possible, so every index is null.
 */
export class CliReads implements NomadReads {
  readonly #commands: NomadCommands;
  readonly #version: CliVersion;

  constructor(commands: NomadCommands, version: CliVersion) {
    this.#commands = commands;
    this.#version = version;
  }

  /**
   * The version is that of the CLI, which is the server's own binary. The CLI does not print region
   * and datacenter.
   */
  async agent(): Promise<Agent> {
    return { version: this.#version.text, region: null, datacenter: null, clientId: null };
  }

  async leader(options: ReadOptions = {}): Promise<string | null> {
    const operation = { action: 'report its leader', requires: 'node:read' };
    const table = await this.#commands.text(['server', 'members'], operation, options.signal);
    return leaderOfMembers(table);
  }

  nodes(options: ReadOptions = {}): AsyncIterable<NomadNode> {
    const operation = { action: 'list nodes', requires: 'node:read' };
    return this.#list(['node', 'status', '-json'], operation, decodeNode, options.signal);
  }

  async node(id: NodeId, options: WatchOptions = {}): Promise<Watched<NomadNodeDetail>> {
    const operation = { action: `read node ${id}`, requires: 'node:read' };
    const args = ['node', 'status', '-json', id];
    return unwatched(await this.#one(args, operation, decodeNodeDetail, options.signal));
  }

  async nodeAllocations(
    id: NodeId,
    options: WatchOptions = {},
  ): Promise<Watched<readonly Allocation[]>> {
    return unwatched(await this.#stubs((stub) => stub.nodeId === id, options.signal));
  }

  async *allocations(options: AllocationListOptions = {}): AsyncGenerator<Allocation, void> {
    const { taskStates = false, live = false, signal } = options;
    const decode = (item: unknown) => decodeAllocation(item, { taskStates, resources: false });
    for await (const stub of this.#list(LIST_STUBS, LIST_ALLOCATIONS, decode, signal)) {
      if (!live || isLive(stub)) yield stub;
    }
  }

  async allocation(id: AllocationId, options: WatchOptions = {}): Promise<Watched<Allocation>> {
    const operation = { action: `read allocation ${id}`, requires: 'read-job' };
    const decode = (value: unknown) =>
      decodeAllocation(value, { taskStates: true, resources: true });
    return unwatched(await this.#one([...LIST_STUBS, id], operation, decode, options.signal));
  }

  /** Without a job, `job inspect -json` lists all jobs (command/job_inspect.go, since 0.5). */
  jobs(options: ReadOptions = {}): AsyncIterable<NomadJob> {
    const operation = { action: 'list jobs', requires: 'list-jobs' };
    return this.#list(['job', 'inspect', '-json'], operation, decodeJob, options.signal);
  }

  async watchJobs(options: WatchOptions): Promise<Watched<readonly NomadJob[]>> {
    return unwatched(await collect(this.jobs(options)));
  }

  async job(id: JobId, options: ReadOptions = {}): Promise<NomadJobDetail> {
    const operation = { action: `read job ${id}`, requires: 'read-job' };
    const decode = (value: unknown) => decodeJobDetail(objectOf(value)['Job'] ?? value);
    return this.#one(['job', 'inspect', '-json', id], operation, decode, options.signal);
  }

  jobAllocations(id: JobId, options: ReadOptions = {}): Promise<readonly Allocation[]> {
    return this.#stubs((stub) => stub.jobId === id, options.signal);
  }

  async jobEvaluations(id: JobId, options: ReadOptions = {}): Promise<readonly Evaluation[]> {
    const all = await collect(this.evaluations(options));
    return all.filter((evaluation) => evaluation.jobId === id);
  }

  evaluations(options: ReadOptions = {}): AsyncIterable<Evaluation> {
    const operation = { action: 'list evaluations', requires: 'read-job' };
    return this.#list(['eval', 'status', '-json'], operation, decodeEvaluation, options.signal);
  }

  /**
   * Before 1.5.4, the CLI prints standard output if no flag is given, and does not know `-stdout`.
   */
  async *logs(request: LogRequest): AsyncGenerator<LogChunk, void> {
    const { allocation, task, stream, follow, origin, offset, signal } = request;
    const operation = {
      action: `read the ${stream} of ${task} in ${allocation}`,
      requires: 'read-logs',
    };
    const args = [
      'alloc',
      'logs',
      ...(stream === 'stderr' ? ['-stderr'] : []),
      ...(follow ? ['-f'] : []),
      ...(origin === 'end' ? ['-tail', '-c', String(offset)] : []),
      allocation,
      task,
    ];
    // The CLI can only start at the beginning or at a distance from the end.
    let skip = origin === 'start' ? offset : 0;
    const timeout = follow ? { timeout: null } : {};
    for await (const piece of this.#commands.stream(args, operation, { signal, ...timeout })) {
      const data = piece.subarray(Math.min(skip, piece.length));
      skip -= piece.length - data.length;
      if (data.length > 0) yield { data, file: null, offset: null, event: null };
    }
  }

  async #stubs(
    matches: (stub: Allocation) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<readonly Allocation[]> {
    const found: Allocation[] = [];
    const decode = (item: unknown) => decodeAllocation(item, STUB_PARTS);
    for await (const stub of this.#list(LIST_STUBS, LIST_ALLOCATIONS, decode, signal)) {
      if (matches(stub)) found.push(stub);
    }
    return found;
  }

  async *#list<T>(
    args: readonly string[],
    operation: NomadOperation,
    decode: (item: unknown) => T | null,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<T, void> {
    for await (const item of listItems(
      this.#commands.stream(args, operation, { signal }),
      operation,
    )) {
      const decoded = decode(item);
      if (decoded !== null) yield decoded;
    }
  }

  async #one<T>(
    args: readonly string[],
    operation: NomadOperation,
    decode: (value: unknown) => T | null,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const output = await this.#commands.text(args, operation, signal);
    const value = decode(documentOf(output, operation));
    if (value === null) throw badAnswer(operation, 'is not what Nomad prints');
    return value;
  }
}

const LIST_STUBS = ['alloc', 'status', '-json'];
const LIST_ALLOCATIONS: NomadOperation = { action: 'list allocations', requires: 'read-job' };

function unwatched<T>(value: T): Watched<T> {
  return { value, index: null };
}
