import type { SandboxClock, Timer } from '../clock.ts';
import { type LogLine, type LogSource, SILENT } from './log-source.ts';

/** How far back a container's own lines are kept, in milliseconds: a kubelet rotates files away. */
const KEPT_MS = 2 * 3_600_000;
/** How many lines are kept. */
const KEPT_LINES = 50_000;

/** The log of one run of a container: lines that were put there, and those that write themselves. */
export class ContainerLog {
  readonly #clock: SandboxClock;
  readonly #listeners = new Set<() => void>();
  #lines: LogLine[] = [];
  /** How many lines were dropped in front of {@link #lines}. */
  #dropped = 0;
  /** Up to when the source was asked. */
  #writtenTo: number;
  #source: LogSource;
  #closedAt: number | null = null;
  #timer: Timer | undefined;

  constructor(clock: SandboxClock, startedAt: number, source: LogSource) {
    this.#clock = clock;
    this.#source = source;
    this.#writtenTo = Math.max(startedAt, clock.nowMs() - KEPT_MS);
  }

  /** Whether the container has ended: nothing will be added. */
  get closed(): boolean {
    return this.#closedAt !== null;
  }

  /** Puts a line there now. */
  append(text: string): void {
    this.#catchUp();
    for (const line of text.split('\n')) this.#push({ at: this.#clock.nowMs(), text: line });
    this.#announce();
  }

  /** From now on other lines write themselves. */
  setSource(source: LogSource): void {
    this.#catchUp();
    this.#source = source;
    this.#announce();
  }

  /** The container ends. */
  close(): void {
    this.#catchUp();
    this.#source = SILENT;
    this.#closedAt = this.#clock.nowMs();
    this.#announce();
  }

  /** The lines from a position on, and the position behind them. */
  read(position = 0): { readonly lines: readonly LogLine[]; readonly next: number } {
    this.#catchUp();
    const start = Math.max(0, position - this.#dropped);
    return { lines: this.#lines.slice(start), next: this.#dropped + this.#lines.length };
  }

  /** Calls back whenever there may be more to read, until what it returns is called. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#arm();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#timer?.cancel();
    };
  }

  #catchUp(): void {
    if (this.#closedAt !== null) return;
    const now = this.#clock.nowMs();
    for (const line of this.#source.between(this.#writtenTo, now)) this.#push(line);
    this.#writtenTo = Math.max(this.#writtenTo, now);
  }

  #push(line: LogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) {
      const surplus = this.#lines.length - KEPT_LINES / 2;
      this.#lines = this.#lines.slice(surplus);
      this.#dropped += surplus;
    }
  }

  #announce(): void {
    for (const listener of [...this.#listeners]) listener();
    this.#arm();
  }

  /** Only a log that somebody follows needs a timer. */
  #arm(): void {
    this.#timer?.cancel();
    if (this.#listeners.size === 0 || this.#closedAt !== null) return;
    const next = this.#source.nextAt(this.#writtenTo);
    if (next === null) return;
    this.#timer = this.#clock.schedule(next - this.#clock.nowMs() + 1, () => {
      this.#catchUp();
      this.#announce();
    });
  }
}
