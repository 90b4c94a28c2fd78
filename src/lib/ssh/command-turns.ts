import type { Clock, Milliseconds } from '../clock.ts';
import type { RunningCommand } from './run-command.ts';

/**
 * sshd counts a command for a moment after it has ended. So a refusal while none of ours runs counts
 * only once it has come again after so many pauses.
 */
const GRACE_MS: Milliseconds = 200;
const GRACES = 5;

type Attempt = () => Promise<RunningCommand>;

/**
 * The commands of one connection. All begin at once, for nobody knows beforehand how many of them the
 * host lets run at the same time (MaxSessions). One that it refuses waits until another has ended.
 */
export class CommandTurns {
  readonly #clock: Clock;
  readonly #running = new Set<Promise<void>>();
  /** Settles when the last command that was refused has begun: they begin in their order. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Begins a command, at the latest when its turn has come.
   *
   * @param attempt asks the host for it; called again after a refusal, which begins nothing
   * @throws what beginning it throws: a refusal only where none of our commands runs
   */
  async begin(attempt: Attempt, stopped: AbortSignal): Promise<RunningCommand> {
    try {
      return await this.#run(attempt);
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
    const begun = this.#turn.then(() => this.#inTurn(attempt, stopped));
    this.#turn = begun.catch(() => undefined);
    return begun;
  }

  async #inTurn(attempt: Attempt, stopped: AbortSignal): Promise<RunningCommand> {
    for (let graces = 0; ; ) {
      stopped.throwIfAborted();
      try {
        return await this.#run(attempt);
      } catch (error) {
        if (!isRefused(error) || graces === GRACES) throw error;
      }
      if (this.#running.size > 0) await Promise.race(this.#running);
      else {
        graces += 1;
        await this.#clock.sleep(GRACE_MS, stopped);
      }
    }
  }

  async #run(attempt: Attempt): Promise<RunningCommand> {
    const over = Promise.withResolvers<void>();
    const end = (): void => {
      this.#running.delete(over.promise);
      over.resolve();
    };
    this.#running.add(over.promise);
    try {
      const running = await attempt();
      running.ended.then(end, end);
      return running;
    } catch (error) {
      end();
      throw error;
    }
  }
}

/** ssh2 gives the reason of RFC 4254, section 5.1, where a host opens no channel. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'reason' in error;
}
