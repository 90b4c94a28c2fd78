import { setImmediate, setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { SandboxClock } from '../../src/lib/sandbox/clock.ts';
import { Sandbox, type SandboxOptions } from '../../src/lib/sandbox/sandbox.ts';

export { type CliResult, cli, type RunningCli, startCli } from './cli.ts';

/** The start time of the clock in test sandboxes. */
export const SANDBOX_START = new Date('2026-03-02T09:00:00Z');

/**
 * Starts a sandbox with a stopped clock, which the test advances (`sandbox.clock.advance(ms)`). The
 * sandbox is stopped after the test. Outside a test, use `await using`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await Sandbox.start({ rate: 0, startAt: SANDBOX_START, ...options });
  try {
    onTestFinished(() => sandbox.stop());
  } catch (error) {
    // onTestFinished throws in a hook, which has no test.
    if (!(error instanceof Error && error.message.includes('onTestFinished'))) throw error;
  }
  return sandbox;
}

/**
 * Runs the sandbox's clock during `run`. A busy machine may be slow to respond or to load modules,
 * so commands that must not time out need limits of a day.
 *
 * @param rate the speed of the clock relative to real time
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

/** What {@link passTimeUntil} needs of a sandbox. */
export interface TimedSandbox {
  readonly clock: SandboxClock;
  readonly calls?: Pick<Sandbox['calls'], 'reads' | 'writes'>;
}

/**
 * Advances a stopped clock in steps until the promise is settled, each step only after the sandbox
 * has received no request for a moment: what a command does takes real time, on a busy machine a
 * lot, and must not take the sandbox's.
 */
export async function passTimeUntil<T>(
  promise: Promise<T>,
  { clock, calls = { reads: 0, writes: 0 } }: TimedSandbox,
  stepMs = 250,
): Promise<T> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  const received = (): number => calls.reads + calls.writes;
  for (let step = 0; !settled; step += 1) {
    if (step > 5_000) throw new Error('it never came to an end');
    let before: number;
    do {
      before = received();
      for (let turn = 0; turn < 40 && !settled; turn += 1) await setImmediate();
      await setTimeout(5);
    } while (!settled && received() !== before);
    if (!settled) await clock.advance(stepMs);
  }
  return promise;
}
