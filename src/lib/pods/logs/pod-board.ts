import type { PodChange } from '../../kubernetes/client.ts';
import type { Pod } from '../../kubernetes/model.ts';

/** The pods as a watch last saw them, for those who wait for a change of one. */
export class PodBoard {
  readonly #pods = new Map<string, Pod>();
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Keeps what a watch says, and wakes whoever waits for it. */
  take({ type, pod }: PodChange): void {
    if (type === 'DELETED') this.#pods.delete(pod.name);
    else this.#pods.set(pod.name, pod);
    const waiting = this.#waiting.get(pod.name);
    this.#waiting.delete(pod.name);
    for (const wake of waiting ?? []) wake();
  }

  /** Resolves when a pod of this name has changed, or at the abort. */
  changed(name: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, waiting);
      const wake = (): void => {
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Whether there are pods, and each of them has ended for good. */
  get over(): boolean {
    const pods = [...this.#pods.values()];
    return (
      pods.length > 0 && pods.every(({ phase }) => phase === 'Succeeded' || phase === 'Failed')
    );
  }
}
