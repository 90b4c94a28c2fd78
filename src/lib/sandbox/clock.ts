import type { Clock } from '../clock.ts';

/** A callback scheduled in sandbox time. */
export interface Timer {
  cancel(): void;
}

interface Entry {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * The sandbox's clock. It runs at `rate` times real time (1 by default; at 60, a minute passes
 * every second). At rate 0 it stands still until {@link SandboxClock.advance} moves it. Everything
 * that happens in the sandbox (ends of builds, deadlines, log lines, timeouts of blocking queries)
 * is scheduled here, so that tests advance time instead of waiting.
 */
export class SandboxClock implements Clock {
  #virtual: number;
  #anchor: number;
  #rate: number;
  #entries: Entry[] = [];
  #order = 0;
  #wake: NodeJS.Timeout | undefined;

  constructor(options: { readonly start?: Date; readonly rate?: number } = {}) {
    this.#virtual = (options.start ?? new Date()).getTime();
    this.#anchor = performance.now();
    this.#rate = options.rate ?? 1;
  }

  /** Seconds of sandbox time per real second; 0 if time is stopped. */
  get rate(): number {
    return this.#rate;
  }

  /** Sets the rate from now on. */
  setRate(rate: number): void {
    this.#settle();
    this.#rate = rate;
    this.#arm();
  }

  now(): Date {
    return new Date(this.nowMs());
  }

  /** Returns sandbox time in milliseconds since the epoch. */
  nowMs(): number {
    return this.#virtual + (performance.now() - this.#anchor) * this.#rate;
  }

  /** Runs `callback` once, after `ms` milliseconds of sandbox time. */
  schedule(ms: number, callback: () => void): Timer {
    const entry: Entry = {
      due: this.nowMs() + Math.max(0, ms),
      order: this.#order++,
      run: callback,
      cancelled: false,
    };
    let at = this.#entries.length;
    while (at > 0 && (this.#entries[at - 1]?.due ?? 0) > entry.due) at -= 1;
    this.#entries.splice(at, 0, entry);
    this.#arm();
    return {
      cancel: () => {
        entry.cancelled = true;
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.schedule(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /**
   * Advances time by `ms`, running due callbacks in order. Between two callbacks it yields to the
   * event loop, so that the effects of one are visible to the next.
   */
  async advance(ms: number): Promise<void> {
    this.#settle();
    const target = this.#virtual + ms;
    for (;;) {
      const next = this.#entries[0];
      if (!next || next.due > target) break;
      this.#entries.shift();
      if (next.cancelled) continue;
      this.#virtual = Math.max(this.#virtual, next.due);
      this.#anchor = performance.now();
      next.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#virtual = Math.max(this.#virtual, target);
    this.#anchor = performance.now();
    this.#arm();
  }

  /** Cancels all timers; the clock can still be read. */
  stop(): void {
    clearTimeout(this.#wake);
    this.#entries = [];
  }

  #settle(): void {
    this.#virtual = this.nowMs();
    this.#anchor = performance.now();
  }

  #arm(): void {
    clearTimeout(this.#wake);
    const next = this.#entries[0];
    if (!next || this.#rate === 0) return;
    const wait = Math.max(0, (next.due - this.nowMs()) / this.#rate);
    this.#wake = setTimeout(() => this.#runDue(), Math.min(wait, 2 ** 31 - 1));
    this.#wake.unref();
  }

  #runDue(): void {
    for (;;) {
      const next = this.#entries[0];
      if (!next || next.due > this.nowMs()) break;
      this.#entries.shift();
      if (!next.cancelled) next.run();
    }
    this.#arm();
  }
}
