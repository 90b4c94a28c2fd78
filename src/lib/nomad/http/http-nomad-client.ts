import { isAdminError } from '../../errors.ts';
import type {
  AllocationListOptions,
  DrainSpec,
  LogChunk,
  LogRequest,
  NomadClient,
  ReadOptions,
  Watched,
  WatchOptions,
} from '../client.ts';
import { isLive } from '../jobs/allocation-end.ts';
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
} from '../model.ts';
import { decodeAgent } from './decode-agent.ts';
import { decodeAllocation } from './decode-allocation.ts';
import { decodeEvaluation } from './decode-evaluation.ts';
import { decodeJob, decodeJobDetail } from './decode-job.ts';
import { decodeNode, decodeNodeDetail } from './decode-node.ts';
import { drainBody } from './drain-body.ts';
import { badAnswer, type NomadOperation, nomadError, transportError } from './errors.ts';
import { decodeLogFrames } from './log-frames.ts';
import { NomadHttp, type NomadHttpOptions, type Query } from './nomad-http.ts';

/** The options of a client over HTTP. */
export interface HttpNomadOptions extends NomadHttpOptions {
  /** The access method by which `http` reaches the server. */
  readonly access: NomadAccess;
}

/**
 * The time in milliseconds after which a silent log stream is considered dead. While a log is
 * followed, Nomad sends a heartbeat every second (client/fs_endpoint.go).
 */
const SILENCE_LIMIT = 15_000;
/**
 * Selects all allocations that may be live, including statuses of later versions. Ignored before
 * Nomad 1.3.
 */
const LIVE_FILTER =
  'ClientStatus != "complete" and ClientStatus != "failed" and ClientStatus != "lost"';

/** Creates a {@link NomadClient} over HTTP. Sends nothing before the first call. */
export function createHttpNomadClient(options: HttpNomadOptions): NomadClient {
  return new HttpNomadClient(options);
}

class HttpNomadClient implements NomadClient {
  readonly access: NomadAccess;
  readonly #http: NomadHttp;
  readonly #logSilence: number;

  constructor(options: HttpNomadOptions) {
    this.access = options.access;
    this.#http = new NomadHttp(options);
    this.#logSilence = Math.max(SILENCE_LIMIT, options.requestTimeout);
  }

  async agent(options: ReadOptions = {}): Promise<Agent> {
    const operation = { action: 'report its version', requires: 'agent:read' };
    return this.#one('/v1/agent/self', operation, options, decodeAgent);
  }

  async leader(options: ReadOptions = {}): Promise<string | null> {
    const operation = { action: 'report its leader', requires: 'a known token' };
    try {
      const leader = await this.#http.get('/v1/status/leader', operation, {}, options.signal);
      return typeof leader === 'string' && leader !== '' ? leader : null;
    } catch (error) {
      if (isAdminError(error) && error.code === 'NOMAD_NO_LEADER') return null;
      throw error;
    }
  }

  async serverTime(options: ReadOptions = {}): Promise<Date | null> {
    const operation = { action: 'report its time', requires: 'a known token' };
    try {
      const request = { method: 'GET' as const, path: this.#http.url('/v1/status/leader', {}) };
      const response = await this.#http.send(request, operation, options.signal);
      await response.discard();
      const at = Date.parse(response.headers['date'] ?? '');
      return Number.isNaN(at) ? null : new Date(at);
    } catch (error) {
      if (isAdminError(error) && error.code === 'NOMAD_NO_LEADER') return null;
      throw error;
    }
  }

  nodes(options: ReadOptions & { readonly resources?: boolean } = {}): AsyncIterable<NomadNode> {
    const operation = { action: 'list nodes', requires: 'node:read' };
    const query = options.resources ? { resources: true } : {};
    return this.#http.list('/v1/nodes', operation, query, decodeNode, options.signal);
  }

  node(id: NodeId, options: WatchOptions = {}): Promise<Watched<NomadNodeDetail>> {
    const operation = { action: `read node ${id}`, requires: 'node:read' };
    return this.#http.watch(`/v1/node/${segment(id)}`, operation, options, decodeNodeDetail);
  }

  nodeAllocations(id: NodeId, options: WatchOptions = {}): Promise<Watched<readonly Allocation[]>> {
    const operation = {
      action: `list the allocations of node ${id}`,
      requires: 'node:read and read-job',
    };
    return this.#http.watch(`/v1/node/${segment(id)}/allocations`, operation, options, (body) =>
      decodeAll(body, decodeFull),
    );
  }

  allocations(options: AllocationListOptions = {}): AsyncIterable<Allocation> {
    const { taskStates = false, resources = false, live = false } = options;
    const operation = { action: 'list allocations', requires: 'read-job' };
    const query = {
      // Task states are sent by default; they can be omitted since 1.0.
      task_states: taskStates ? undefined : false,
      resources: resources ? true : undefined,
      filter: live ? LIVE_FILTER : undefined,
    };
    const decode = (item: unknown): Allocation | null => {
      const allocation = decodeAllocation(item, { taskStates, resources });
      return allocation && (!live || isLive(allocation)) ? allocation : null;
    };
    return this.#http.list('/v1/allocations', operation, query, decode, options.signal);
  }

  allocation(id: AllocationId, options: WatchOptions = {}): Promise<Watched<Allocation>> {
    const operation = { action: `read allocation ${id}`, requires: 'read-job' };
    return this.#http.watch(`/v1/allocation/${segment(id)}`, operation, options, decodeFull);
  }

  async *jobs({ signal }: ReadOptions = {}): AsyncIterable<NomadJob> {
    let empty = true;
    for await (const job of this.#http.list('/v1/jobs', LIST_JOBS, {}, decodeJob, signal)) {
      empty = false;
      yield job;
    }
    if (empty) await this.#http.requireNamespace(LIST_JOBS, signal);
  }

  async watchJobs(options: WatchOptions): Promise<Watched<readonly NomadJob[]>> {
    const decode = (body: unknown) => decodeAll(body, decodeJob);
    const jobs = await this.#http.watch('/v1/jobs', LIST_JOBS, options, decode);
    if (jobs.value.length === 0) await this.#http.requireNamespace(LIST_JOBS, options.signal);
    return jobs;
  }

  job(id: JobId, options: ReadOptions = {}): Promise<NomadJobDetail> {
    const operation = { action: `read job ${id}`, requires: 'read-job' };
    return this.#one(`/v1/job/${segment(id)}`, operation, options, decodeJobDetail);
  }

  jobAllocations(id: JobId, options: ReadOptions = {}): Promise<readonly Allocation[]> {
    const operation = { action: `list the allocations of job ${id}`, requires: 'read-job' };
    // `all` includes the allocations of an earlier job of the same name, such as a build that was
    // registered again.
    return this.#one(
      `/v1/job/${segment(id)}/allocations`,
      operation,
      options,
      (body) => decodeAll(body, decodeFull),
      { all: true },
    );
  }

  jobEvaluations(id: JobId, options: ReadOptions = {}): Promise<readonly Evaluation[]> {
    const operation = { action: `list the evaluations of job ${id}`, requires: 'read-job' };
    return this.#one(`/v1/job/${segment(id)}/evaluations`, operation, options, (body) =>
      decodeAll(body, decodeEvaluation),
    );
  }

  evaluations(options: ReadOptions = {}): AsyncIterable<Evaluation> {
    const operation = { action: 'list evaluations', requires: 'read-job' };
    return this.#http.list('/v1/evaluations', operation, {}, decodeEvaluation, options.signal);
  }

  drain(id: NodeId, spec: DrainSpec, options: ReadOptions = {}): Promise<void> {
    const operation = { action: `drain node ${id}`, requires: 'node:write' };
    const path = `/v1/node/${segment(id)}/drain`;
    return this.#http.post(path, operation, drainBody(id, spec), options.signal);
  }

  cancelDrain(id: NodeId, eligible: boolean, options: ReadOptions = {}): Promise<void> {
    const operation = { action: `end the drain of node ${id}`, requires: 'node:write' };
    const body = { NodeID: id, DrainSpec: null, MarkEligible: eligible };
    return this.#http.post(`/v1/node/${segment(id)}/drain`, operation, body, options.signal);
  }

  setEligibility(id: NodeId, eligible: boolean, options: ReadOptions = {}): Promise<void> {
    const word = eligible ? 'eligible' : 'ineligible';
    const operation = { action: `make node ${id} ${word}`, requires: 'node:write' };
    const body = { NodeID: id, Eligibility: word };
    return this.#http.post(`/v1/node/${segment(id)}/eligibility`, operation, body, options.signal);
  }

  async *logs(request: LogRequest): AsyncGenerator<LogChunk, void> {
    const { allocation, task, stream, follow, origin, offset } = request;
    const operation = {
      action: `read the ${stream} of ${task} in ${allocation}`,
      requires: 'read-logs',
    };
    const query = { task, type: stream, follow, origin, offset };
    const response = await this.#http.send(
      {
        method: 'GET',
        path: this.#http.url(`/v1/client/fs/logs/${segment(allocation)}`, query),
        bodyTimeout: this.#logSilence,
      },
      operation,
      request.signal,
    );
    try {
      for await (const frame of decodeLogFrames(response.body)) {
        if (frame.kind === 'cut') throw badAnswer(operation, 'was cut off inside of a frame');
        if (frame.kind === 'error') throw nomadError({ status: null, body: frame.text }, operation);
        yield frame.chunk;
      }
    } catch (error) {
      throw transportError(error, operation);
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #one<T>(
    path: string,
    operation: NomadOperation,
    options: ReadOptions,
    decode: (body: unknown) => T | null,
    query: Query = {},
  ): Promise<T> {
    const value = decode(await this.#http.get(path, operation, query, options.signal));
    if (value === null) throw badAnswer(operation, 'is not what Nomad sends');
    return value;
  }
}

const LIST_JOBS: NomadOperation = { action: 'list jobs', requires: 'list-jobs' };

function decodeFull(value: unknown): Allocation | null {
  return decodeAllocation(value, { taskStates: true, resources: true });
}

/**
 * Decodes the items of a list; null if it is not a list. Old servers send null for an empty list.
 */
function decodeAll<T>(body: unknown, decode: (item: unknown) => T | null): readonly T[] | null {
  if (body === null) return [];
  if (!Array.isArray(body)) return null;
  return body.flatMap((item) => decode(item) ?? []);
}

/** Escapes an ID for use as a path segment. */
function segment(id: string): string {
  return encodeURIComponent(id);
}
