import type { SandboxClock, Timer } from '../clock.ts';

interface Entry {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * Runs many timers in sandbox time on one timer of the clock, because a fleet of 50,000 builds has
 * as many scheduled ends. A binary heap keeps the next timer on top.
 */
export class Agenda {
  readonly #clock: SandboxClock;
  readonly #heap: Entry[] = [];
  #order = 0;
  #armed: { readonly due: number; readonly timer: Timer } | undefined;
  #closed = false;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /** Runs `run` once, after `ms` milliseconds of sandbox time. */
  in(ms: number, run: () => void): Timer {
    const entry: Entry = {
      due: this.#clock.nowMs() + Math.max(0, ms),
      order: this.#order++,
      run,
      cancelled: false,
    };
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1);
    this.#arm();
    return {
      cancel: () => {
        entry.cancelled = true;
      },
    };
  }

  /** Cancels all timers. */
  close(): void {
    this.#closed = true;
    this.#armed?.timer.cancel();
    this.#heap.length = 0;
  }

  #arm(): void {
    const next = this.#heap[0];
    if (this.#closed || next === undefined) return;
    if (this.#armed !== undefined && this.#armed.due <= next.due) return;
    this.#armed?.timer.cancel();
    const wait = next.due - this.#clock.nowMs();
    this.#armed = { due: next.due, timer: this.#clock.schedule(wait, () => this.#runDue()) };
  }

  #runDue(): void {
    const due = this.#armed?.due ?? this.#clock.nowMs();
    this.#armed = undefined;
    const now = Math.max(due, this.#clock.nowMs());
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.due > now) break;
      this.#take();
      if (!next.cancelled) next.run();
    }
    this.#arm();
  }

  #take(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #siftUp(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfEarlier(at, parent)) return;
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.#earlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, at)) return;
      at = child;
    }
  }

  #earlier(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (one === undefined || other === undefined) return false;
    return one.due < other.due || (one.due === other.due && one.order < other.order);
  }

  #swapIfEarlier(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (one === undefined || other === undefined || !this.#earlier(a, b)) return false;
    this.#heap[a] = other;
    this.#heap[b] = one;
    return true;
  }
}
