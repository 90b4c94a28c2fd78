import type { Clock } from '../clock.ts';

/** A callback that is due at a moment of the sandbox's time. */
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
 * The sandbox's time. It runs with real time at `rate` (1 by default, 60 makes a minute of every
 * second), or stands still (`rate` 0) until it is moved by {@link SandboxClock.advance}.
 * Everything that happens in the sandbox (builds that end, deadlines, log lines, blocking queries
 * that time out) is scheduled here, so that a test moves time instead of waiting for it.
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

  /** How many seconds of the sandbox pass in a real second; 0 when it stands still. */
  get rate(): number {
    return this.#rate;
  }

  /** Changes how fast time passes from now on. */
  setRate(rate: number): void {
    this.#settle();
    this.#rate = rate;
    this.#arm();
  }

  now(): Date {
    return new Date(this.nowMs());
  }

  /** Milliseconds since the epoch, in the sandbox's time. */
  nowMs(): number {
    return this.#virtual + (performance.now() - this.#anchor) * this.#rate;
  }

  /** Runs `callback` once, `ms` milliseconds of the sandbox's time from now. */
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
   * Moves time forward by `ms`, running what becomes due in its order. Between two callbacks it
   * yields to the event loop, so that what they set off is seen before the next one.
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

  /** Forgets every timer; the clock can still be read. */
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
