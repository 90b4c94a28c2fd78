import type { Milliseconds } from '../../clock.ts';
import { type Evidence, known, notAsked } from '../snapshot/evidence.ts';
import type { GatherEvent, GatherPart } from './events.ts';
import { type RequestContext, ServiceTimeLimit } from './service-time-limit.ts';
import {
  DEFAULT_FRESH,
  DEFAULT_LIMIT,
  DEFAULT_WINDOW,
  type GatherOptions,
  type QueueSources,
  type Source,
} from './sources.ts';

/** The services with a separate time limit each. */
export type GatheredService = 'kubernetes' | 'nomad' | 'server' | 'rabbitmq' | 'ssh';

const NAMES: Readonly<Record<GatheredService, string>> = {
  kubernetes: 'Kubernetes',
  nomad: 'Nomad',
  server: 'The CircleCI server',
  rabbitmq: 'RabbitMQ',
  ssh: 'SSH',
};

/** A round of gathering: the sources, their time limits, and the progress events. */
export class Round {
  readonly sources: QueueSources;
  readonly windowMs: Milliseconds;
  readonly freshMs: Milliseconds;
  readonly #timeLimits = new Map<GatheredService, ServiceTimeLimit>();
  readonly #limitMs: Milliseconds;
  readonly #signal: AbortSignal;
  readonly #emit: (event: GatherEvent) => void;

  /** @param signal ends the round */
  constructor(
    sources: QueueSources,
    options: Omit<GatherOptions, 'signal'>,
    signal: AbortSignal,
    emit: (event: GatherEvent) => void,
  ) {
    this.sources = sources;
    this.windowMs = options.windowMs ?? DEFAULT_WINDOW;
    this.freshMs = options.freshMs ?? DEFAULT_FRESH;
    this.#limitMs = options.limitMs ?? DEFAULT_LIMIT;
    this.#signal = signal;
    this.#emit = emit;
  }

  /**
   * Makes a request, connecting first if necessary. Returns not-asked if the source is missing.
   *
   * @throws as {@link ServiceTimeLimit.ask}
   */
  async ask<Client, Value>(
    service: GatheredService,
    source: Source<Client>,
    work: (client: Client, context: RequestContext) => Promise<Value>,
  ): Promise<Evidence<Value>> {
    if ('missing' in source) return notAsked(source.missing);
    const timeLimit = this.#timeLimitOf(service);
    return timeLimit.ask(async (context) => work(await source.open(), context));
  }

  /** Emits the events of a part; `failed` returns whether a part of the result is missing. */
  async part<T>(
    part: GatherPart,
    work: () => Promise<T>,
    failed: (value: T) => boolean,
  ): Promise<T> {
    const { clock } = this.sources;
    const startedAt = clock.now().getTime();
    this.#emit({ kind: 'asking', part });
    const value = await work();
    const tookMs = Math.max(0, clock.now().getTime() - startedAt);
    this.#emit({ kind: 'answered', part, tookMs, ok: !failed(value) });
    return value;
  }

  /**
   * Returns how far a clock is ahead of the local one, measured at the middle of the request; null
   * if unknown.
   */
  async ahead<Client>(
    service: GatheredService,
    source: Source<Client>,
    time: (client: Client, signal: AbortSignal) => Promise<Date | null>,
  ): Promise<Milliseconds | null> {
    const { clock } = this.sources;
    const offset = await this.ask(service, source, async (client, { signal }) => {
      const before = clock.now().getTime();
      const at = await time(client, signal);
      return at && at.getTime() - Math.round((before + clock.now().getTime()) / 2);
    });
    return known(offset);
  }

  #timeLimitOf(service: GatheredService): ServiceTimeLimit {
    const own = this.#timeLimits.get(service);
    if (own) return own;
    const { clock, masker } = this.sources;
    const made = new ServiceTimeLimit({
      name: NAMES[service],
      clock,
      limitMs: this.#limitMs,
      masker,
      signal: this.#signal,
    });
    this.#timeLimits.set(service, made);
    return made;
  }
}

/** Returns whether evidence was requested but is missing. */
export function isFailed(evidence: Evidence<unknown>): boolean {
  return evidence.status === 'failed';
}

/** Combines two pieces of evidence; returns the first one that is not known, if any. */
export function joined<A, B, T>(
  a: Evidence<A>,
  b: Evidence<B>,
  join: (a: A, b: B) => T,
): Evidence<T> {
  if (a.status !== 'known') return a;
  if (b.status !== 'known') return b;
  return { status: 'known', value: join(a.value, b.value), tookMs: Math.max(a.tookMs, b.tookMs) };
}
