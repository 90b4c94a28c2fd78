import { mapBounded } from '../../bounded.ts';
import type { Milliseconds } from '../../clock.ts';
import { type AdminError, EXIT_CODES, isAdminError } from '../../errors.ts';
import { keepTrying, type Patience } from '../../keep-trying.ts';
import type { DrainSpec } from '../client.ts';
import { isDamaged } from '../jobs/placed-build.ts';
import type { Allocation, NodeId } from '../model.ts';
import { type DrainTarget, drainAction, fitsSpec } from './drain-action.ts';
import type { ClientName, DrainEvent } from './drain-events.ts';
import type { DrainClient, DrainOptions } from './drain-options.ts';
import { DrainProgress } from './drain-progress.ts';
import { drainReport } from './drain-report.ts';
import { readLive, readTargets } from './drain-targets.ts';
import { type ClientObservation, watchClient, watchClients } from './drain-watch.ts';
import { renewDrain } from './renew-drain.ts';
import { readRestarts } from './restarted-builds.ts';

const PATIENCE_MS: Milliseconds = 300_000;
const CHANGES_AT_ONCE = 10;
/**
 * The maximum number of clients that are watched with two blocking queries each. More would use up
 * the 16 connections of the HTTP client, which the reads need too.
 */
const WATCHED_SEPARATELY = 6;
/** How often the wait emits an event to show that it continues. */
const TICK_MS: Milliseconds = 10_000;

/** {@link DrainOptions} with the receiver of the events. */
export interface DrainRunOptions extends DrainOptions {
  readonly emit: (event: DrainEvent) => void;
}

/** A run of a drain over all its clients, with their progress. */
export class DrainRun {
  readonly #nomad: DrainClient;
  readonly #spec: DrainSpec;
  readonly #options: DrainRunOptions;
  readonly #progress: ReadonlyMap<NodeId, DrainProgress>;
  /** Aborted by the signal, and when the timeout expires. */
  readonly #waiting: AbortSignal;
  readonly #over = new AbortController();

  constructor(
    nomad: DrainClient,
    clients: readonly ClientName[],
    spec: DrainSpec,
    options: DrainRunOptions,
  ) {
    this.#nomad = nomad;
    this.#spec = spec;
    this.#options = options;
    const now = options.clock.now();
    this.#progress = new Map(
      clients.map((client) => [client.id, new DrainProgress(client, spec, now)]),
    );
    this.#waiting = AbortSignal.any([options.signal, this.#over.signal]);
  }

  /** Drains the clients, watches them and emits the report. Only a bug throws. */
  async run(): Promise<void> {
    const { clock, emit, timeoutMs } = this.#options;
    const finished = new AbortController();
    if (timeoutMs !== null) this.#armTimeout(timeoutMs, finished.signal);
    this.#tick(clock.now(), AbortSignal.any([finished.signal, this.#waiting]));
    try {
      await this.#drainAndWatch();
    } catch (error) {
      if (!this.#waiting.aborted) throw error;
    } finally {
      finished.abort();
    }
    const timedOut = this.#over.signal.aborted && this.#open().length > 0;
    if (timedOut && timeoutMs !== null) emit({ type: 'timeout', at: clock.now(), timeoutMs });
    const clients = [...this.#progress.values()];
    for (const client of clients) client.stopWaiting(timedOut, clock.now());
    const damaged = clients.flatMap((client) => client.ended).filter(isDamaged);
    const again = await readRestarts(this.#nomad, damaged, this.#options.signal);
    const report = drainReport(clients, this.#spec, clock.now(), again);
    emit({ type: 'report', at: clock.now(), report });
  }

  /** Starts the timer; `finished` cancels it. */
  #armTimeout(timeoutMs: Milliseconds, finished: AbortSignal): void {
    this.#options.clock.sleep(timeoutMs, finished).then(
      () => this.#over.abort(),
      () => undefined,
    );
  }

  /** Emits an event at intervals until `finished`. */
  #tick(since: Date, finished: AbortSignal): void {
    const { clock, emit } = this.#options;
    clock.sleep(TICK_MS, finished).then(
      () => {
        const open = this.#openProgress();
        const builds = open.reduce<number | null>((sum, { holding }) => {
          return sum === null || holding === null ? null : sum + holding.length;
        }, 0);
        const waitedMs = clock.now().getTime() - since.getTime();
        emit({ type: 'waiting', at: clock.now(), clients: open.length, builds, waitedMs });
        this.#tick(since, finished);
      },
      () => undefined,
    );
  }

  async #drainAndWatch(): Promise<void> {
    const targets = await this.#readTargets();
    const todo = targets.filter((target) => this.#isOpen(target.node.id));
    await this.#eachOpen(todo, ({ node }) => this.#makeIneligible(node));
    const before = await this.#readBefore();
    await this.#eachOpen(todo, (target) => this.#setDrain(target));
    await this.#watch(before);
  }

  async #readTargets(): Promise<readonly DrainTarget[]> {
    const { clock, emit } = this.#options;
    const ids = [...this.#progress.keys()];
    const read = (): Promise<readonly DrainTarget[]> =>
      readTargets(this.#nomad, ids, { signal: this.#waiting });
    const targets = (await this.#retryOrFailAll(read)) ?? [];
    const known = new Set(targets.map((target) => target.node.id));
    for (const progress of this.#openProgress()) {
      if (known.has(progress.client.id)) continue;
      const message = `Nomad no longer has the client ${progress.client.id}`;
      emit(
        progress.fail(
          { code: 'NODE_NOT_FOUND', message, exitCode: EXIT_CODES.notFound },
          clock.now(),
        ),
      );
    }
    for (const target of targets) {
      if (drainAction(target, this.#spec) !== 'already-drained') continue;
      const progress = this.#progress.get(target.node.id);
      if (progress) emit(progress.alreadyDrained(target.node, clock.now()));
    }
    return targets;
  }

  async #makeIneligible(node: DrainTarget['node']): Promise<void> {
    if (!node.eligible) return;
    const signal = this.#waiting;
    await keepTrying(
      () => this.#nomad.setEligibility(node.id, false, { signal }),
      this.#patience(node),
    );
    this.#options.emit({ type: 'ineligible', at: this.#now(), node: nameOf(node) });
  }

  /** Reads the live allocations when no new ones can be added: the end of each must be reported. */
  async #readBefore(): Promise<ReadonlyMap<NodeId, readonly Allocation[]>> {
    const read = (): Promise<ReadonlyMap<NodeId, readonly Allocation[]>> =>
      readLive(this.#nomad, this.#open(), { signal: this.#waiting });
    return (await this.#retryOrFailAll(read)) ?? new Map();
  }

  async #setDrain(target: DrainTarget): Promise<void> {
    const { node } = target;
    const joined = drainAction(target, this.#spec) === 'join';
    if (!joined)
      await keepTrying((failures) => this.#post(node.id, failures), this.#patience(node));
    const { deadline } = this.#spec;
    const ours = typeof deadline === 'number' ? new Date(this.#now().getTime() + deadline) : null;
    const deadlineAt = joined ? (target.strategy?.forceAt ?? null) : ours;
    const at = this.#now();
    const event = this.#progress.get(node.id)?.drainSet({ at, joined, deadlineAt });
    if (event) this.#options.emit(event);
  }

  /** A failed request may have been executed; repeating it would restart the deadline. */
  async #post(id: NodeId, failures: number): Promise<void> {
    const signal = this.#waiting;
    if (failures > 0) {
      const strategy = (await this.#nomad.node(id, { signal })).value.drainStrategy;
      if (strategy && fitsSpec(strategy, this.#spec)) return;
    }
    await this.#nomad.drain(id, this.#spec, { signal });
  }

  async #watch(before: ReadonlyMap<NodeId, readonly Allocation[]>): Promise<void> {
    const open = this.#openProgress();
    if (open.length <= WATCHED_SEPARATELY) {
      const items = open.map(({ client }) => ({ node: client }));
      const follow = ({ node }: { readonly node: ClientName }): Promise<void> => {
        const watch = watchClient(this.#nomad, node.id, { ...this.#patience(node), before });
        return this.#follow(watch, [node.id]);
      };
      await this.#eachOpen(items, follow, WATCHED_SEPARATELY);
      return;
    }
    const patience = { ...this.#patience(null), before };
    const watch = watchClients(this.#nomad, () => this.#open(), patience);
    // The watch tries again by itself, and when it has given up it is over.
    await this.#failAllOnError(this.#follow(watch, this.#open()));
  }

  /** Processes the observations of clients until all have a result; if detached, only once. */
  async #follow(
    watch: AsyncGenerator<ClientObservation, void>,
    ids: readonly NodeId[],
  ): Promise<void> {
    const observed = new Set<NodeId>();
    for await (const { id, seen } of watch) {
      const progress = this.#progress.get(id);
      for (const event of progress?.observe(seen) ?? []) this.#options.emit(event);
      if (progress?.isForgotten(seen.at)) await this.#renew(progress);
      observed.add(id);
      const detach = this.#options.detach === true;
      if (ids.every((one) => !this.#isOpen(one) || (detach && observed.has(one)))) return;
    }
  }

  async #renew(progress: DrainProgress): Promise<void> {
    await this.#eachOpen([{ node: progress.client }], async ({ node }) => {
      const renewed = await renewDrain(this.#nomad, node.id, this.#spec, this.#patience(node));
      if (renewed) this.#options.emit(progress.drainRenewed(this.#now()));
    });
  }

  /**
   * Runs a step for each client without a result; an error of the step becomes the client's result.
   */
  async #eachOpen<Item extends { readonly node: ClientName }>(
    items: readonly Item[],
    step: (item: Item) => Promise<void>,
    limit = this.#options.concurrency ?? CHANGES_AT_ONCE,
  ): Promise<void> {
    const open = items.filter(({ node }) => this.#isOpen(node.id));
    await mapBounded(open, limit, async (item) => {
      try {
        await step(item);
      } catch (error) {
        this.#waiting.throwIfAborted();
        if (!isAdminError(error)) throw error;
        this.#fail(item.node.id, error);
      }
    });
  }

  /**
   * Retries a read of all clients; if it fails for good, the error becomes the result of all
   * clients without one.
   */
  #retryOrFailAll<T>(read: () => Promise<T>): Promise<T | null> {
    return this.#failAllOnError(keepTrying(read, this.#patience(null)));
  }

  async #failAllOnError<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await work;
    } catch (error) {
      this.#waiting.throwIfAborted();
      if (!isAdminError(error)) throw error;
      for (const id of this.#open()) this.#fail(id, error);
      return null;
    }
  }

  #fail(id: NodeId, { code, message, exitCode }: AdminError): void {
    const event = this.#progress.get(id)?.fail({ code, message, exitCode }, this.#now());
    if (event) this.#options.emit(event);
  }

  #patience(node: ClientName | null): Patience {
    const { clock, emit } = this.#options;
    return {
      clock,
      signal: this.#waiting,
      patienceMs: this.#options.patienceMs ?? PATIENCE_MS,
      onFailure: ({ code, message }, attempt, retryInMs) => {
        const name = node && nameOf(node);
        emit({ type: 'retrying', at: clock.now(), node: name, code, message, attempt, retryInMs });
      },
    };
  }

  #isOpen(id: NodeId): boolean {
    return this.#progress.get(id)?.outcome === null;
  }

  #openProgress(): readonly DrainProgress[] {
    return [...this.#progress.values()].filter((progress) => progress.outcome === null);
  }

  #open(): readonly NodeId[] {
    return this.#openProgress().map((progress) => progress.client.id);
  }

  #now(): Date {
    return this.#options.clock.now();
  }
}

function nameOf({ id, name }: ClientName): ClientName {
  return { id, name };
}
