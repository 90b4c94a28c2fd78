import type { Clock, Milliseconds } from '../clock.ts';
import { SandboxControl } from './control-client.ts';
import { isAlive, type SandboxDirectory, type SandboxState } from './state-file.ts';

/** How long a sandbox may take to end after a stop request. */
const STOP_LIMIT_MS: Milliseconds = 10_000;
const STOP_POLL_MS: Milliseconds = 50;

/**
 * Stops a running sandbox and waits until it has ended.
 *
 * @throws AdminError of kind `notFound`, code SANDBOX_NOT_RUNNING
 */
export async function stopSandbox(
  directory: SandboxDirectory,
  clock: Clock,
): Promise<SandboxState> {
  const state = await directory.running();
  await new SandboxControl(state.control).stop();
  for (let waited = 0; isAlive(state.pid) && directory.exists(); waited += STOP_POLL_MS) {
    if (waited >= STOP_LIMIT_MS) {
      process.kill(state.pid, 'SIGKILL');
      break;
    }
    await clock.sleep(STOP_POLL_MS);
  }
  await directory.remove();
  return state;
}
