import type { Milliseconds } from '../../clock.ts';
import type { StepClock } from './build-facts.ts';
import { onThisClock } from './settle.ts';

/**
 * A client normally receives an allocation within a second. A much longer time means a wrong clock
 * or a slow client.
 */
const MAX_START_DELAY: Milliseconds = 60_000;
/** The clocks of one site differ by less than this. */
const CLOCK_TOLERANCE: Milliseconds = 1_000;

/**
 * Estimates the clock of a client, whose offset is not reported. An allocation is placed before the
 * client receives it: if that holds with this machine's clock or that of Nomad's server, that clock
 * is assumed. If the client would have received it before it was placed, its clock is behind by
 * that time.
 */
export function clientClock(
  name: string,
  placedAt: Date | null,
  receivedAt: Date | null,
  nomad: StepClock,
): StepClock {
  const clock = { name: `client ${name}`, aheadMs: null };
  if (placedAt === null || receivedAt === null) return clock;
  const offMs = receivedAt.getTime() - onThisClock(placedAt, nomad);
  const fits = (ahead: Milliseconds): boolean =>
    offMs - ahead >= -CLOCK_TOLERANCE && offMs - ahead <= MAX_START_DELAY;
  if (fits(0)) return clock;
  if (nomad.aheadMs !== null && fits(nomad.aheadMs)) return { ...clock, guessMs: nomad.aheadMs };
  return offMs < 0 ? { ...clock, guessMs: offMs } : clock;
}
