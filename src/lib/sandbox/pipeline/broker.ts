import type { Dispatching, SizedBuild } from './steps.ts';

/** The queues of RabbitMQ that builds wait in, and who takes from each. */
export const CONSUMERS = {
  'usage-queue': 'legacy-dispatcher',
  'run-queue': 'dispatcher',
  'nomad-tasks': 'schedulerer',
} as const satisfies Readonly<Record<string, Dispatching>>;

/** One of {@link CONSUMERS}'s queues. */
export type QueueName = keyof typeof CONSUMERS;

/** All queues, in the order in which a build comes through. */
export const QUEUE_NAMES = Object.keys(CONSUMERS) as readonly QueueName[];

/** A build between its start and Nomad. */
export interface Traveller extends SizedBuild {
  readonly durationMs: number | null;
  readonly exitCode: number;
  /** Milliseconds since the epoch, true time. */
  readonly queuedAt: number;
  /** Whether legacy-dispatcher has passed it on. */
  forwarded: boolean;
}

/** A queue as `rabbitmqctl list_queues` counts it. */
export interface QueueCounts {
  readonly name: QueueName;
  readonly ready: number;
  readonly unacknowledged: number;
  readonly consumers: number;
}

/** The messages of the pipeline's queues. */
export class Broker {
  readonly #ready = new Map<QueueName, Traveller[]>(QUEUE_NAMES.map((name) => [name, []]));
  /** By the pod that has taken it and not said that it is done. */
  readonly #taken = new Map<Traveller, { readonly queue: QueueName; readonly pod: string }>();

  publish(queue: QueueName, build: Traveller): void {
    this.#ready.get(queue)?.push(build);
  }

  /** Hands the oldest message to a pod, which keeps it until it acknowledges. */
  take(queue: QueueName, pod: string): Traveller | null {
    const build = this.#ready.get(queue)?.shift() ?? null;
    if (build) this.#taken.set(build, { queue, pod });
    return build;
  }

  acknowledge(build: Traveller): void {
    this.#taken.delete(build);
  }

  /** Puts what was taken back in front: of a pod that is gone, or all of a queue. */
  requeue(back: (queue: QueueName, pod: string) => boolean): void {
    for (const [build, { queue, pod }] of [...this.#taken]) {
      if (!back(queue, pod)) continue;
      this.#taken.delete(build);
      this.#ready.get(queue)?.unshift(build);
    }
  }

  ready(queue: QueueName): number {
    return this.#ready.get(queue)?.length ?? 0;
  }

  unacknowledged(queue: QueueName): number {
    return [...this.#taken.values()].filter((taken) => taken.queue === queue).length;
  }
}
