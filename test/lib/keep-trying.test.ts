import { describe, expect, it } from 'vitest';
import { AdminError } from '../../src/lib/errors.ts';
import { keepTrying } from '../../src/lib/keep-trying.ts';

/** A clock whose sleeps end at once and are recorded. */
function fastClock() {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(now),
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
  };
}

function failing(times: number, error: AdminError) {
  return async (failures: number): Promise<string> => {
    if (failures < times) throw error;
    return `after ${failures}`;
  };
}

const BROKEN = new AdminError('service', 'Nomad answered 500', { code: 'NOMAD_ERROR' });

describe('keepTrying', () => {
  const setUp = (patienceMs: number) => {
    const clock = fastClock();
    const told: string[] = [];
    const abort = new AbortController();
    const onFailure = (error: AdminError, attempt: number, ms: number): void => {
      told.push(`${error.code} ${attempt} ${ms}`);
    };
    return { clock, told, abort, patience: { clock, signal: abort.signal, patienceMs, onFailure } };
  };

  it('retries with growing pauses', async () => {
    const { patience, clock, told } = setUp(300_000);
    await expect(keepTrying(failing(6, BROKEN), patience)).resolves.toBe('after 6');
    expect(clock.slept).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(told[2]).toBe('NOMAD_ERROR 3 4000');
  });

  it('throws the last error once patienceMs is used up', async () => {
    const { patience, clock } = setUp(10_000);
    await expect(keepTrying(failing(99, BROKEN), patience)).rejects.toBe(BROKEN);
    expect(clock.slept).toEqual([1_000, 2_000, 4_000]);
  });

  it.each(['unauthorised', 'notFound', 'failed'] as const)(
    'does not retry an error of kind %s',
    async (kind) => {
      const { patience, clock } = setUp(300_000);
      const error = new AdminError(kind, 'no', { code: 'NO' });
      await expect(keepTrying(failing(1, error), patience)).rejects.toBe(error);
      expect(clock.slept).toEqual([]);
    },
  );

  it("throws the signal's reason once it is aborted", async () => {
    const { patience, abort } = setUp(300_000);
    const attempt = async (): Promise<never> => {
      abort.abort('enough');
      throw BROKEN;
    };
    await expect(keepTrying(attempt, patience)).rejects.toBe('enough');
  });
});
