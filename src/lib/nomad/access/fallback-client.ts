import { type AdminError, isAdminError } from '../../errors.ts';
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
import {
  type AccessFailure,
  allMethodsFailed,
  type FailureScope,
  failureScope,
  isMissingPod,
  isRefusedBeforeSent,
  reportableError,
} from './access-failure.ts';

/** An access method to a Nomad server that is not open yet. */
export interface AccessMethod {
  readonly access: NomadAccess;
  /** Creates the client, which sends nothing before the first call. */
  open(): Promise<NomadClient>;
}

/** The access methods to the server in one pod. */
export interface Route {
  /** The pod of the server. */
  readonly pod: string;
  /** In order of preference. */
  readonly methods: readonly [AccessMethod, ...AccessMethod[]];
  /** Returns the route to another pod if this one does not exist, or the error to report. */
  findOtherPod(
    missing: AdminError,
  ): Promise<{ readonly route: Route } | { readonly error: AdminError }>;
}

/**
 * A client that uses the first access method that reaches Nomad. It sends no probe: the first
 * request decides, and is sent again by the next method if this one fails for reasons of its own.
 * The method is kept after its first answer. The method is never determined with a mutating
 * request, so that no such request is sent twice.
 */
export class FallbackClient implements NomadClient {
  readonly #first: Route;
  #route: Route;
  #podSearch: ReturnType<Route['findOtherPod']> | null = null;
  readonly #opened = new Map<AccessMethod, Promise<NomadClient>>();
  #methodIndex = 0;
  #confirmed = false;
  #failures: AccessFailure[] = [];

  constructor(route: Route) {
    this.#first = route;
    this.#route = route;
  }

  get access(): NomadAccess {
    return this.#method().access;
  }

  agent(options?: ReadOptions): Promise<Agent> {
    return this.#read((nomad) => nomad.agent(options));
  }

  leader(options?: ReadOptions): Promise<string | null> {
    return this.#read((nomad) => nomad.leader(options));
  }

  serverTime(options?: ReadOptions): Promise<Date | null> {
    return this.#read((nomad) => nomad.serverTime(options));
  }

  nodes(options?: ReadOptions & { readonly resources?: boolean }): AsyncIterable<NomadNode> {
    return this.#stream((nomad) => nomad.nodes(options));
  }

  node(id: NodeId, options?: WatchOptions): Promise<Watched<NomadNodeDetail>> {
    return this.#read((nomad) => nomad.node(id, options));
  }

  nodeAllocations(id: NodeId, options?: WatchOptions): Promise<Watched<readonly Allocation[]>> {
    return this.#read((nomad) => nomad.nodeAllocations(id, options));
  }

  allocations(options?: AllocationListOptions): AsyncIterable<Allocation> {
    return this.#stream((nomad) => nomad.allocations(options));
  }

  allocation(id: AllocationId, options?: WatchOptions): Promise<Watched<Allocation>> {
    return this.#read((nomad) => nomad.allocation(id, options));
  }

  jobs(options?: ReadOptions): AsyncIterable<NomadJob> {
    return this.#stream((nomad) => nomad.jobs(options));
  }

  watchJobs(options: WatchOptions): Promise<Watched<readonly NomadJob[]>> {
    return this.#read((nomad) => nomad.watchJobs(options));
  }

  job(id: JobId, options?: ReadOptions): Promise<NomadJobDetail> {
    return this.#read((nomad) => nomad.job(id, options));
  }

  jobAllocations(id: JobId, options?: ReadOptions): Promise<readonly Allocation[]> {
    return this.#read((nomad) => nomad.jobAllocations(id, options));
  }

  jobEvaluations(id: JobId, options?: ReadOptions): Promise<readonly Evaluation[]> {
    return this.#read((nomad) => nomad.jobEvaluations(id, options));
  }

  evaluations(options?: ReadOptions): AsyncIterable<Evaluation> {
    return this.#stream((nomad) => nomad.evaluations(options));
  }

  logs(request: LogRequest): AsyncIterable<LogChunk> {
    return this.#stream((nomad) => nomad.logs(request));
  }

  drain(id: NodeId, spec: DrainSpec, options?: ReadOptions): Promise<void> {
    return this.#change((nomad) => nomad.drain(id, spec, options), options);
  }

  cancelDrain(id: NodeId, eligible: boolean, options?: ReadOptions): Promise<void> {
    return this.#change((nomad) => nomad.cancelDrain(id, eligible, options), options);
  }

  setEligibility(id: NodeId, eligible: boolean, options?: ReadOptions): Promise<void> {
    return this.#change((nomad) => nomad.setEligibility(id, eligible, options), options);
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values());
    this.#opened.clear();
    await Promise.all(
      opened.map((client) => (client.status === 'fulfilled' ? client.value.close() : undefined)),
    );
  }

  async #read<T>(read: (nomad: NomadClient) => Promise<T>): Promise<T> {
    for (;;) {
      const method = this.#method();
      try {
        const answer = await read(await this.#open(method));
        this.#confirm(method);
        return answer;
      } catch (error) {
        await this.#failOver(method, error, !this.#confirmed || method !== this.#method());
      }
    }
  }

  /** The first item decides on the access method, which then yields all other items directly. */
  #stream<T>(read: (nomad: NomadClient) => AsyncIterable<T>): AsyncIterable<T> {
    const iterate = (): AsyncIterator<T, undefined> => {
      let items: AsyncIterator<T> | undefined;
      const begin = (): Promise<IteratorResult<T>> =>
        this.#read(async (nomad) => {
          const begun = read(nomad)[Symbol.asyncIterator]();
          const first = await begun.next();
          items = begun;
          return first;
        });
      return {
        next: () => (items ? items.next() : begin()),
        return: async () => {
          await items?.return?.();
          return { done: true, value: undefined };
        },
      };
    };
    return { [Symbol.asyncIterator]: iterate };
  }

  async #change(
    make: (nomad: NomadClient) => Promise<void>,
    options: ReadOptions | undefined,
  ): Promise<void> {
    if (!this.#confirmed) await this.leader(options);
    for (;;) {
      const method = this.#method();
      try {
        return await make(await this.#open(method));
      } catch (error) {
        await this.#failOver(method, error, isRefusedBeforeSent(error));
        // The next access method is determined with a read, as the first one was.
        await this.leader(options);
      }
    }
  }

  /**
   * Switches to another pod or method; throws the error if that is not allowed or does not help.
   */
  async #failOver(method: AccessMethod, error: unknown, maySwitch: boolean): Promise<void> {
    let reported = reportableError(error, this.#route.pod);
    if (isMissingPod(reported) && maySwitch && method === this.#method()) {
      const podError = await this.#switchPod(reported);
      if (podError === null) return;
      reported = podError;
    }
    const final = this.#switchMethod(method, failureScope(error), reported, maySwitch);
    if (final) throw final.error;
  }

  /** Switches to another pod with the same method; returns the error to report if there is none. */
  async #switchPod(missing: AdminError): Promise<AdminError | null> {
    const from = this.#route;
    // Concurrent requests that find the pod missing share one search.
    this.#podSearch ??= from.findOtherPod(missing).finally(() => {
      this.#podSearch = null;
    });
    const found = await this.#podSearch;
    // A concurrent request has already switched the route.
    if (this.#route !== from) return null;
    if ('error' in found) return found.error;
    this.#route = found.route;
    this.#confirmed = false;
    return null;
  }

  /** Switches to the next method; returns the error if that is not allowed or does not help. */
  #switchMethod(
    method: AccessMethod,
    scope: FailureScope,
    reported: unknown,
    maySwitch: boolean,
  ): { readonly error: unknown } | null {
    if (isAdminError(reported) && reported.code.startsWith('NOMAD_') && scope === 'answer') {
      this.#confirm(method);
    }
    if (!isAdminError(reported) || scope === 'answer' || !maySwitch) return { error: reported };
    // A concurrent request has already switched the method.
    if (method !== this.#method()) return null;
    this.#failures.push({ access: method.access, error: reported });
    this.#confirmed = false;
    const { methods } = this.#route;
    this.#methodIndex = scope === 'cluster' ? methods.length : this.#methodIndex + 1;
    if (this.#methodIndex < methods.length) return null;
    const failures = this.#failures;
    // The next request starts with the first method again: the network may have recovered.
    this.#route = this.#first;
    this.#failures = [];
    this.#methodIndex = 0;
    return { error: allMethodsFailed(failures) };
  }

  #confirm(method: AccessMethod): void {
    if (method === this.#method()) this.#confirmed = true;
  }

  #method(): AccessMethod {
    const method = this.#route.methods[this.#methodIndex];
    if (!method) throw new Error('No way to reach Nomad is configured');
    return method;
  }

  #open(method: AccessMethod): Promise<NomadClient> {
    const opened = this.#opened.get(method);
    if (opened) return opened;
    const opening = method.open();
    this.#opened.set(method, opening);
    // A client that failed to open is opened again by the next request.
    opening.catch(() => this.#opened.delete(method));
    return opening;
  }
}
