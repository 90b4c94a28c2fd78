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
  isMissingPod,
  isRefusedBeforeSent,
  judge,
  noWayLeft,
  presentable,
  type Verdict,
  type WayFailure,
} from './way-failure.ts';

/** An access method to a Nomad server that is not open yet. */
export interface Way {
  readonly access: NomadAccess;
  /** Creates the client, which sends nothing before the first call. */
  open(): Promise<NomadClient>;
}

/** The access methods to the server in one pod. */
export interface Route {
  /** The pod of the server. */
  readonly pod: string;
  /** In order of preference. */
  readonly ways: readonly [Way, ...Way[]];
  /** Returns the route to another pod if this one does not exist, or the error to report. */
  elsewhere(
    missing: AdminError,
  ): Promise<{ readonly route: Route } | { readonly error: AdminError }>;
}

/**
 * A client that uses the first access method that reaches Nomad. It sends no probe: the first
 * request decides, and is sent again by the next method if this one fails for reasons of its own.
 * The method is kept after its first answer. The method is never determined with a mutating
 * request, so that no such request is sent twice.
 */
export class FirstWayClient implements NomadClient {
  readonly #first: Route;
  #route: Route;
  #seeking: ReturnType<Route['elsewhere']> | null = null;
  readonly #opened = new Map<Way, Promise<NomadClient>>();
  #at = 0;
  #proven = false;
  #failures: WayFailure[] = [];

  constructor(route: Route) {
    this.#first = route;
    this.#route = route;
  }

  get access(): NomadAccess {
    return this.#way().access;
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

  async #read<T>(ask: (nomad: NomadClient) => Promise<T>): Promise<T> {
    for (;;) {
      const way = this.#way();
      try {
        const answer = await ask(await this.#open(way));
        this.#prove(way);
        return answer;
      } catch (error) {
        await this.#leave(way, error, !this.#proven || way !== this.#way());
      }
    }
  }

  /** The first item decides on the access method, which then yields all other items directly. */
  #stream<T>(ask: (nomad: NomadClient) => AsyncIterable<T>): AsyncIterable<T> {
    const iterate = (): AsyncIterator<T, undefined> => {
      let items: AsyncIterator<T> | undefined;
      const begin = (): Promise<IteratorResult<T>> =>
        this.#read(async (nomad) => {
          const begun = ask(nomad)[Symbol.asyncIterator]();
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
    if (!this.#proven) await this.leader(options);
    for (;;) {
      const way = this.#way();
      try {
        return await make(await this.#open(way));
      } catch (error) {
        await this.#leave(way, error, isRefusedBeforeSent(error));
        // The next access method is determined with a read, as the first one was.
        await this.leader(options);
      }
    }
  }

  /**
   * Switches to another pod or method; throws the error if that is not allowed or does not help.
   */
  async #leave(way: Way, error: unknown, mayLeave: boolean): Promise<void> {
    let own = presentable(error, this.#route.pod);
    if (isMissingPod(own) && mayLeave && way === this.#way()) {
      const told = await this.#seek(own);
      if (told === null) return;
      own = told;
    }
    const final = this.#turn(way, judge(error), own, mayLeave);
    if (final) throw final.error;
  }

  /** Switches to another pod with the same method; returns the error to report if there is none. */
  async #seek(missing: AdminError): Promise<AdminError | null> {
    const from = this.#route;
    // Concurrent requests that find the pod missing share one search.
    this.#seeking ??= from.elsewhere(missing).finally(() => {
      this.#seeking = null;
    });
    const found = await this.#seeking;
    // A concurrent request has already switched the route.
    if (this.#route !== from) return null;
    if ('error' in found) return found.error;
    this.#route = found.route;
    this.#proven = false;
    return null;
  }

  /** Switches to the next method; returns the error if that is not allowed or does not help. */
  #turn(
    way: Way,
    verdict: Verdict,
    own: unknown,
    mayLeave: boolean,
  ): { readonly error: unknown } | null {
    if (isAdminError(own) && own.code.startsWith('NOMAD_') && verdict === 'answer') {
      this.#prove(way);
    }
    if (!isAdminError(own) || verdict === 'answer' || !mayLeave) return { error: own };
    // A concurrent request has already switched the method.
    if (way !== this.#way()) return null;
    this.#failures.push({ access: way.access, error: own });
    this.#proven = false;
    const { ways } = this.#route;
    this.#at = verdict === 'cluster' ? ways.length : this.#at + 1;
    if (this.#at < ways.length) return null;
    const failures = this.#failures;
    // The next request starts with the first method again: the network may have recovered.
    this.#route = this.#first;
    this.#failures = [];
    this.#at = 0;
    return { error: noWayLeft(failures) };
  }

  #prove(way: Way): void {
    if (way === this.#way()) this.#proven = true;
  }

  #way(): Way {
    const way = this.#route.ways[this.#at];
    if (!way) throw new Error('No way to reach Nomad is configured');
    return way;
  }

  #open(way: Way): Promise<NomadClient> {
    const opened = this.#opened.get(way);
    if (opened) return opened;
    const opening = way.open();
    this.#opened.set(way, opening);
    // A client that failed to open is opened again by the next request.
    opening.catch(() => this.#opened.delete(way));
    return opening;
  }
}
