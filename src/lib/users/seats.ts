import { isAdminError } from '../errors.ts';
import type { AdminApi, Licensing } from '../server/admin-api.ts';

/** The percentage of used seats from which there is a warning. */
const SEATS_WARNING_PERCENT = 80;

/** The number of days before the end of the licence from which there is a warning. */
const EXPIRY_WARNING_DAYS = 30;
const DAY_MS = 86_400_000;

/** The seats and the expiry of the licence; null if the server does not return them. */
export interface Seats {
  readonly licensed: number | null;
  /** Seats of active accounts; other accounts take none. */
  readonly used: number | null;
  /** Negative if more seats are used than licensed. */
  readonly free: number | null;
  readonly usedPercent: number | null;
  readonly suspended: number | null;
  readonly inactive: number | null;
  readonly requested: number | null;
  readonly expiresAt: Date | null;
  /** Negative after the expiry. */
  readonly expiresInMs: number | null;
  /** Problems that require action, each a sentence. */
  readonly warnings: readonly string[];
}

/** Computes the seats from the licence. */
export function seats(licensing: Licensing, now: Date): Seats {
  const { licensedSeats: licensed, activeSeats: used, expiresAt } = licensing;
  const known = licensed !== null && used !== null;
  const free = known ? licensed - used : null;
  const usedPercent = known && licensed > 0 ? Math.round((used / licensed) * 1_000) / 10 : null;
  const expiresInMs = expiresAt === null ? null : expiresAt.getTime() - now.getTime();
  return {
    licensed,
    used,
    free,
    usedPercent,
    suspended: licensing.suspendedSeats,
    inactive: licensing.inactiveSeats,
    requested: licensing.requestedSeats,
    expiresAt,
    expiresInMs,
    warnings: [...seatWarnings(free, usedPercent), ...expiryWarnings(expiresInMs)],
  };
}

/** Returns the problems found by a check with this limit in percent; none if all is well. */
export function seatFindings(found: Seats, percent: number): readonly string[] {
  const { usedPercent, licensed, used, expiresInMs } = found;
  const over = usedPercent !== null && usedPercent >= percent;
  return [
    ...(over
      ? [`${used} of ${licensed} seats are taken: ${usedPercent} % (limit ${percent} %).`]
      : []),
    ...(expiresInMs !== null && expiresInMs <= 0 ? ['The licence has expired.'] : []),
  ];
}

function seatWarnings(free: number | null, usedPercent: number | null): readonly string[] {
  if (free === null || usedPercent === null || usedPercent < SEATS_WARNING_PERCENT) return [];
  const left = free < 0 ? `${-free} more than the licence has` : `${free} left`;
  return [`${usedPercent} % of the seats are taken: ${left}.`];
}

function expiryWarnings(expiresInMs: number | null): readonly string[] {
  if (expiresInMs === null || expiresInMs > EXPIRY_WARNING_DAYS * DAY_MS) return [];
  if (expiresInMs <= 0) return ['The licence has expired.'];
  const days = Math.floor(expiresInMs / DAY_MS);
  return [
    `The licence expires ${days === 0 ? 'today' : `in ${days} day${days === 1 ? '' : 's'}`}.`,
  ];
}

/** Returns the licence; null if the server refuses access or does not have the page. */
export async function readLicensing(
  api: Pick<AdminApi, 'licensing'>,
  signal?: AbortSignal,
): Promise<Licensing | null> {
  try {
    return await api.licensing(signal);
  } catch (error) {
    if (signal?.aborted || !isAdminError(error)) throw error;
    return null;
  }
}
