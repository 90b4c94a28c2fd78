import type { Milliseconds } from '../../clock.ts';
import type { StepClock } from './build-facts.ts';
import { onThisClock } from './settle.ts';

/** A client takes what was placed on it within a second; much longer is a wrong clock, or a slow client. */
const PLAUSIBLE: Milliseconds = 60_000;
/** Clocks of one site differ by less. */
const SLACK: Milliseconds = 1_000;

/**
 * The clock of a client. Nobody tells how far it is off, but what a client received was placed
 * before: if its clock agreed with this machine's, or with that of Nomad's server, and that fits, it is
 * left at that; where it would have received something before it was placed, it is that much behind.
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
    offMs - ahead >= -SLACK && offMs - ahead <= PLAUSIBLE;
  if (fits(0)) return clock;
  if (nomad.aheadMs !== null && fits(nomad.aheadMs)) return { ...clock, guessMs: nomad.aheadMs };
  return offMs < 0 ? { ...clock, guessMs: offMs } : clock;
}
