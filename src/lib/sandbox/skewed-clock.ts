import { SandboxClock, type Timer } from './clock.ts';

/** The sandbox's time as a machine sees it whose clock is wrong: waiting takes as long as elsewhere. */
export class SkewedClock extends SandboxClock {
  readonly #true: SandboxClock;
  readonly #skewMs: number;

  /** @param skewMs by how many milliseconds it is ahead */
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

  /** It ends with the clock that it follows. */
  override stop(): void {
    this.#true.stop();
  }
}
