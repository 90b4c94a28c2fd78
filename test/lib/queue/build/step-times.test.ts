import { expect, it } from 'vitest';
import type { SettledStep } from '../../../../src/lib/queue/build/slot.ts';
import { withTimes } from '../../../../src/lib/queue/build/step-times.ts';

const NOW = new Date('2026-03-02T09:00:00Z');

const done = (id: 'registered' | 'placed', msAgo: number, clock: string): SettledStep => ({
  step: {
    ...{ id, place: 'server', what: id, where: null, task: null, placement: null, evidence: null },
    at: new Date(NOW.getTime() - msAgo),
    clock: { name: clock, aheadMs: 0 },
  },
  state: 'done',
});

it.each([
  ['later', 1_000, 940, 'server', { sincePreviousMs: 60, approximate: false }],
  // As close as two clocks can be compared: the time is not known to be zero.
  ['earlier by another clock', 940, 1_000, 'server', { sincePreviousMs: 0, approximate: true }],
  ['much earlier', 1_000, 9_000, 'server', { sincePreviousMs: null, approximate: true }],
])('counts the time to a step that is %s', (_, first, second, clock, expected) => {
  const steps = withTimes([done('registered', first, 'nomad'), done('placed', second, clock)], NOW);
  expect(steps[1]).toMatchObject(expected);
});
