import type { Client } from 'ssh2';
import type { Clock, Milliseconds } from '../clock.ts';
import { withinLimit } from '../within-limit.ts';

/** The longest time that a reachable host takes to respond. */
const LIMIT: Milliseconds = 5_000;

/** Returns whether a host still responds over its connection. */
export async function responds(client: Client, clock: Clock): Promise<boolean> {
  const response = new Promise<boolean>((resolve) => {
    // There is no such forwarding to cancel. The host says so, and that is a response.
    client.unforwardIn('127.0.0.1', 1, () => resolve(true));
    client.once('close', () => resolve(false));
  });
  const late = () => new Error('no response');
  return withinLimit(response, { clock, limit: LIMIT, late }).catch(() => false);
}
