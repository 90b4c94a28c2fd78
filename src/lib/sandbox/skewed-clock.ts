import { SandboxClock, type Timer } from './clock.ts';

/** Sandbox time on a machine whose clock is wrong. Durations are the same as elsewhere. */
export class SkewedClock extends SandboxClock {
  readonly #true: SandboxClock;
  readonly #skewMs: number;

  /** @param skewMs how far it is ahead, in milliseconds */
  constructor(clock: SandboxClock, skewMs: number) {
    super({ rate: 0 });
    this.#true = clock;
    this.#skewMs = skewMs;
  }

  override get rate(): number {
    return this.#true.rate;
  }

  override setRate(rate: number): void {
    this.#true.setRate(rate);
  }

  override nowMs(): number {
    return this.#true.nowMs() + this.#skewMs;
  }

  override schedule(ms: number, callback: () => void): Timer {
    return this.#true.schedule(ms, callback);
  }

  override advance(ms: number): Promise<void> {
    return this.#true.advance(ms);
  }

  /** Stops the underlying clock. */
  override stop(): void {
    this.#true.stop();
  }
}
