import { DISPATCHING, type Dispatching } from './scenario.ts';
import type { SizedBuild } from './steps.ts';

/** A build between its start and Nomad. */
export interface Traveller extends SizedBuild {
  readonly durationMs: number | null;
  readonly exitCode: number;
  /** How many parallel tasks it has. */
  readonly parallel: number;
  /** Milliseconds since the epoch, true time. */
  readonly queuedAt: number;
  /** Whether the first part of its way has passed it on. */
  forwarded: boolean;
}

/** A queue as `rabbitmqctl list_queues` counts it. */
export interface QueueCounts {
  readonly name: string;
  readonly ready: number;
  readonly unacknowledged: number;
  readonly consumers: number;
}

/** The messages of the pipeline's queues, each known by who takes from it. */
export class Broker {
  readonly #ready = new Map<Dispatching, Traveller[]>(DISPATCHING.map((name) => [name, []]));
  /** By the pod that has taken it and not said that it is done. */
  readonly #taken = new Map<Traveller, { readonly queue: Dispatching; readonly pod: string }>();

  publish(queue: Dispatching, build: Traveller): void {
    this.#ready.get(queue)?.push(build);
  }

  /** Hands the oldest message to a pod, which keeps it until it acknowledges. */
  take(queue: Dispatching, pod: string): Traveller | null {
    const build = this.#ready.get(queue)?.shift() ?? null;
    if (build) this.#taken.set(build, { queue, pod });
    return build;
  }

  acknowledge(build: Traveller): void {
    this.#taken.delete(build);
  }

  /** Puts what was taken back in front: of a pod that is gone, or all of a queue. */
  requeue(back: (queue: Dispatching, pod: string) => boolean): void {
    for (const [build, { queue, pod }] of [...this.#taken]) {
      if (!back(queue, pod)) continue;
      this.#taken.delete(build);
      this.#ready.get(queue)?.unshift(build);
    }
  }

  ready(queue: Dispatching): number {
    return this.#ready.get(queue)?.length ?? 0;
  }

  unacknowledged(queue: Dispatching): number {
    return [...this.#taken.values()].filter((taken) => taken.queue === queue).length;
  }
}
