import type { Milliseconds } from '../../clock.ts';
import { type Evidence, known, notAsked } from '../snapshot/evidence.ts';
import type { GatherEvent, GatherPart } from './events.ts';
import { type Asking, ServicePatience } from './service-patience.ts';
import {
  DEFAULT_FRESH,
  DEFAULT_LIMIT,
  DEFAULT_WINDOW,
  type GatherOptions,
  type QueueSources,
  type Source,
} from './sources.ts';

/** The services with a separate time limit each. */
export type Waited = 'kubernetes' | 'nomad' | 'server' | 'rabbitmq' | 'ssh';

const NAMES: Readonly<Record<Waited, string>> = {
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
  readonly #patience = new Map<Waited, ServicePatience>();
  readonly #limitMs: Milliseconds;
  readonly #signal: AbortSignal;
  readonly #tell: (event: GatherEvent) => void;

  /** @param signal ends the round */
  constructor(
    sources: QueueSources,
    options: Omit<GatherOptions, 'signal'>,
    signal: AbortSignal,
    tell: (event: GatherEvent) => void,
  ) {
    this.sources = sources;
    this.windowMs = options.windowMs ?? DEFAULT_WINDOW;
    this.freshMs = options.freshMs ?? DEFAULT_FRESH;
    this.#limitMs = options.limitMs ?? DEFAULT_LIMIT;
    this.#signal = signal;
    this.#tell = tell;
  }

  /**
   * Makes a request, connecting first if necessary. Returns not-asked if the source is missing.
   *
   * @throws as {@link ServicePatience.ask}
   */
  async ask<Client, Value>(
    waited: Waited,
    source: Source<Client>,
    work: (client: Client, asking: Asking) => Promise<Value>,
  ): Promise<Evidence<Value>> {
    if ('missing' in source) return notAsked(source.missing);
    const patience = this.#patienceWith(waited);
    return patience.ask(async (asking) => work(await source.open(), asking));
  }

  /** Emits the events of a part; `failed` returns whether a part of the result is missing. */
  async part<T>(
    part: GatherPart,
    work: () => Promise<T>,
    failed: (value: T) => boolean,
  ): Promise<T> {
    const { clock } = this.sources;
    const startedAt = clock.now().getTime();
    this.#tell({ kind: 'asking', part });
    const value = await work();
    const tookMs = Math.max(0, clock.now().getTime() - startedAt);
    this.#tell({ kind: 'answered', part, tookMs, ok: !failed(value) });
    return value;
  }

  /**
   * Returns how far a clock is ahead of the local one, measured at the middle of the request; null
   * if unknown.
   */
  async ahead<Client>(
    waited: Waited,
    source: Source<Client>,
    time: (client: Client, signal: AbortSignal) => Promise<Date | null>,
  ): Promise<Milliseconds | null> {
    const { clock } = this.sources;
    const told = await this.ask(waited, source, async (client, { signal }) => {
      const before = clock.now().getTime();
      const at = await time(client, signal);
      return at && at.getTime() - Math.round((before + clock.now().getTime()) / 2);
    });
    return known(told);
  }

  #patienceWith(waited: Waited): ServicePatience {
    const own = this.#patience.get(waited);
    if (own) return own;
    const { clock, masker } = this.sources;
    const made = new ServicePatience({
      name: NAMES[waited],
      clock,
      limitMs: this.#limitMs,
      masker,
      signal: this.#signal,
    });
    this.#patience.set(waited, made);
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
