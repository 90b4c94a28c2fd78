import { expect, test } from 'vitest';
import { joinScenarios } from '../../../src/lib/sandbox/join-scenarios.ts';
import { findScenario, SCENARIOS } from '../../../src/lib/sandbox/scenarios/index.ts';
import { startSandbox } from '../../support/sandbox.ts';

test('a scenario joined with the healthy one is unchanged except for its name', () => {
  const healthy = findScenario('healthy');
  for (const scenario of SCENARIOS) {
    for (const joined of [joinScenarios(scenario, healthy), joinScenarios(healthy, scenario)]) {
      expect(joined.nomad).toEqual(
        scenario === healthy ? healthy.nomad : { ...healthy.nomad, ...scenario.nomad },
      );
      expect(joined.kubernetes).toEqual(scenario.kubernetes);
      expect(joined.pipeline).toMatchObject(scenario.pipeline ?? {});
      expect(joined.server).toEqual(scenario.server ?? {});
    }
  }
});

test('the problems of both are joined, and the first wins where values differ', () => {
  const joined = findScenario('no-capacity+dispatcher-stopped+too-large+leaderless');
  expect(joined.name).toBe('no-capacity+dispatcher-stopped+too-large+leaderless');
  expect(joined.nomad).toMatchObject({
    clients: 3,
    builds: 9,
    leader: false,
    pending: [{ cause: 'full', count: 3 }, { cause: 'too-large' }],
  });
  expect(joined.pipeline).toMatchObject({ faults: ['dispatcher-stopped'], recent: 2 });
  expect(findScenario('job-lost+output-broken').pipeline?.faults).toEqual([
    'job-lost',
    'output-broken',
  ]);
});

test('an unknown part is rejected', () => {
  expect(() => findScenario('healthy+sunny')).toThrow('Unknown scenario "sunny"');
});

test('two causes are combined: earlier builds wait in Nomad, and later ones in front of it', async () => {
  const sandbox = await startSandbox({ scenario: 'no-capacity+dispatcher-stopped' });
  const now = sandbox.clock.nowMs();
  const pending = sandbox.nomad.state.jobs.all().filter(({ status }) => status === 'pending');
  expect(pending.length).toBeGreaterThan(2);
  for (const { submittedAt } of sandbox.nomad.state.jobs.all()) {
    expect(now - Number(submittedAt / 1_000_000n)).toBeGreaterThan(600_000);
  }
  expect(sandbox.kubernetes.podsOf('dispatcher')).toEqual([]);
  expect(sandbox.pipeline.queues()[1]).toMatchObject({ name: 'run-queue', ready: 3, consumers: 0 });
});
