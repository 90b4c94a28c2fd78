import type { Clock, Milliseconds } from '../clock.ts';
import type { RunningCommand } from './run-command.ts';

/**
 * sshd still counts a command for a moment after it has ended. A refusal while none of our commands
 * runs is therefore final only if it is repeated after this many pauses.
 */
const GRACE_MS: Milliseconds = 200;
const GRACES = 5;

type Attempt = () => Promise<RunningCommand>;

/**
 * The commands of one connection. All are started at once, because the host's limit on parallel
 * commands (MaxSessions) is not known in advance. A command that is refused is retried when another
 * one has ended.
 */
export class CommandStarter {
  readonly #clock: Clock;
  readonly #running = new Set<Promise<void>>();
  /**
   * Settles when the most recently refused command has started, so that commands start in order.
   */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Starts a command, if necessary after waiting for others to end.
   *
   * @param attempt asks the host to start the command; called again after a refusal, which has no
   *   effect on the host
   * @throws whatever `attempt` throws; a refusal only if none of our commands is running
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

/** If a host refuses a channel, ssh2's error carries the `reason` code of RFC 4254, section 5.1. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'reason' in error;
}
