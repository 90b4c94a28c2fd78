import type { PodChange } from '../../kubernetes/client.ts';
import type { Pod } from '../../kubernetes/model.ts';

/** The latest known state of pods; notifies callers that wait for a change of one. */
export class PodBoard {
  readonly #pods = new Map<string, Pod>();
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Records a change, and resolves the promises that wait for it. */
  take({ type, pod }: PodChange): void {
    if (type === 'DELETED') this.#pods.delete(pod.name);
    else this.#pods.set(pod.name, pod);
    const waiting = this.#waiting.get(pod.name);
    this.#waiting.delete(pod.name);
    for (const wake of waiting ?? []) wake();
  }

  /** Resolves when a pod of this name changes, or when aborted. */
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

  /** Whether there are pods and all of them have ended. */
  get over(): boolean {
    const pods = [...this.#pods.values()];
    return (
      pods.length > 0 && pods.every(({ phase }) => phase === 'Succeeded' || phase === 'Failed')
    );
  }
}
