import { DISPATCHING, type Dispatching } from './scenario.ts';
import type { SizedBuild } from './steps.ts';

/** A build that has been started and is not in Nomad yet. */
export interface BuildInPipeline extends SizedBuild {
  readonly durationMs: number | null;
  readonly exitCode: number;
  /** How many parallel tasks it has. */
  readonly parallel: number;
  /** In milliseconds of true time since the epoch. */
  readonly queuedAt: number;
  /** Whether the first stage has forwarded it. */
  forwarded: boolean;
}

/** The counts of a queue in `rabbitmqctl list_queues`. */
export interface QueueCounts {
  readonly name: string;
  readonly ready: number;
  readonly unacknowledged: number;
  readonly consumers: number;
}

/** The messages in the queues of the pipeline, by consuming service. */
export class Broker {
  readonly #ready = new Map<Dispatching, BuildInPipeline[]>(DISPATCHING.map((name) => [name, []]));
  /** Delivered messages that have not been acknowledged, with the pod that has them. */
  readonly #taken = new Map<
    BuildInPipeline,
    { readonly queue: Dispatching; readonly pod: string }
  >();

  publish(queue: Dispatching, build: BuildInPipeline): void {
    this.#ready.get(queue)?.push(build);
  }

  /** Delivers the oldest message to a pod, which holds it until it acknowledges. */
  take(queue: Dispatching, pod: string): BuildInPipeline | null {
    const build = this.#ready.get(queue)?.shift() ?? null;
    if (build) this.#taken.set(build, { queue, pod });
    return build;
  }

  acknowledge(build: BuildInPipeline): void {
    this.#taken.delete(build);
  }

  /**
   * Returns delivered messages to the front of their queues if `back` is true for the queue and
   * pod.
   */
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
