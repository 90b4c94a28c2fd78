import { rm } from 'node:fs/promises';
import { Sandbox, type SandboxOptions } from './sandbox.ts';
import type { SandboxDirectory, SandboxState } from './state-file.ts';

/**
 * Runs a named sandbox until `signal` is aborted or a stop is requested.
 *
 * @param onReady called once all services listen
 * @throws AdminError of kind `refused`, code SANDBOX_RUNNING; of kind `usage`, code
 *   UNKNOWN_SCENARIO
 */
export async function serveSandbox(
  directory: SandboxDirectory,
  options: SandboxOptions,
  signal: AbortSignal,
  onReady: (state: SandboxState) => Promise<void>,
): Promise<void> {
  await directory.claim();
  let sandbox: Sandbox | undefined;
  try {
    sandbox = await Sandbox.start({ ...options, directory: directory.directory });
    const control = sandbox.control.address;
    const state = { name: directory.name, ...sandbox.describe(), control };
    await directory.publish(state);
    await onReady(state);
    await aborted(AbortSignal.any([signal, sandbox.stopRequested]));
  } finally {
    await sandbox?.stop();
    await directory.remove();
  }
  // Reached only without a failure: the log of a failed sandbox is kept.
  await rm(directory.logFile, { force: true });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
