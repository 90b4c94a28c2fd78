import { onTestFinished } from 'vitest';
import type { SandboxClock } from '../../src/lib/sandbox/clock.ts';
import { Sandbox, type SandboxOptions } from '../../src/lib/sandbox/sandbox.ts';

export { type CliResult, cli, type RunningCli, startCli } from './cli.ts';

/** When the sandboxes of tests begin. */
export const SANDBOX_START = new Date('2026-03-02T09:00:00Z');

/**
 * A sandbox whose time stands still until the test moves it (`sandbox.clock.advance(ms)`), stopped
 * when the test ends. Outside of a test hold it with `await using`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await Sandbox.start({ rate: 0, startAt: SANDBOX_START, ...options });
  try {
    onTestFinished(() => sandbox.stop());
  } catch (error) {
    // In a hook there is no test that could end.
    if (!(error instanceof Error && error.message.includes('onTestFinished'))) throw error;
  }
  return sandbox;
}

/**
 * Lets time go on while `run` lasts. A busy machine may be slow to answer, or to load what the
 * first run of all loads: give the command limits of a day where no limit is meant to end it.
 *
 * @param rate how much faster than real time
 */
export async function whileTimePasses<T>(
  clock: SandboxClock,
  run: () => Promise<T>,
  rate = 20,
): Promise<T> {
  clock.setRate(rate);
  try {
    return await run();
  } finally {
    clock.setRate(0);
  }
}
