import { describe, expect, it } from 'vitest';
import type { Licensing } from '../../../src/lib/server/admin-api.ts';
import { seatFindings, seats } from '../../../src/lib/users/seats.ts';
import { daysAgo, NOW } from './people.ts';

function licence(otherwise: Partial<Licensing>) {
  return seats(
    {
      licensedSeats: 100,
      activeSeats: 50,
      suspendedSeats: 3,
      inactiveSeats: 4,
      requestedSeats: null,
      expiresAt: daysAgo(-200),
      ...otherwise,
    },
    NOW,
  );
}

describe('seats', () => {
  it('computes the free seats and the expiry', () => {
    expect(licence({})).toMatchObject({
      licensed: 100,
      used: 50,
      free: 50,
      usedPercent: 50,
      expiresInMs: 200 * 86_400_000,
      warnings: [],
    });
  });

  it.each<[Partial<Licensing>, readonly string[]]>([
    [{ activeSeats: 79 }, []],
    [{ activeSeats: 80 }, ['80 % of the seats are taken: 20 left.']],
    [{ activeSeats: 103 }, ['103 % of the seats are taken: 3 more than the licence has.']],
    [{ expiresAt: daysAgo(-30.5) }, []],
    [{ expiresAt: daysAgo(-1.5) }, ['The licence expires in 1 day.']],
    [{ expiresAt: daysAgo(-0.5) }, ['The licence expires today.']],
    [{ expiresAt: daysAgo(1) }, ['The licence has expired.']],
    [{ activeSeats: null, expiresAt: null }, []],
  ])('warns in time: %j', (otherwise, warnings) => {
    expect(licence(otherwise).warnings).toEqual(warnings);
  });

  it('returns null for what the server does not report', () => {
    const told = licence({ licensedSeats: null, expiresAt: null });
    expect(told).toMatchObject({ free: null, usedPercent: null, expiresInMs: null });
    expect(licence({ licensedSeats: 0 }).usedPercent).toBeNull();
  });
});

describe('seatFindings', () => {
  it('reports used seats at the limit, and an expired licence', () => {
    expect(seatFindings(licence({}), 51)).toEqual([]);
    expect(seatFindings(licence({}), 50)).toEqual([
      '50 of 100 seats are taken: 50 % (limit 50 %).',
    ]);
    expect(seatFindings(licence({ expiresAt: daysAgo(0) }), 90)).toEqual([
      'The licence has expired.',
    ]);
  });
});
