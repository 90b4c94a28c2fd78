import type { Clock, Milliseconds } from '../clock.ts';
import { SandboxControl } from './control-client.ts';
import { isAlive, type SandboxPlace, type SandboxState } from './state-file.ts';

/** How long a sandbox may take to end after a stop request. */
const STOP_LIMIT_MS: Milliseconds = 10_000;
const STOP_POLL_MS: Milliseconds = 50;

/**
 * Stops a running sandbox and waits until it has ended.
 *
 * @throws AdminError of kind `notFound`, code SANDBOX_NOT_RUNNING
 */
export async function stopSandbox(place: SandboxPlace, clock: Clock): Promise<SandboxState> {
  const state = await place.running();
  await new SandboxControl(state.control).stop();
  for (let waited = 0; isAlive(state.pid) && place.exists(); waited += STOP_POLL_MS) {
    if (waited >= STOP_LIMIT_MS) {
      process.kill(state.pid, 'SIGKILL');
      break;
    }
    await clock.sleep(STOP_POLL_MS);
  }
  await place.remove();
  return state;
}
