import { expect, test } from 'vitest';
import {
  CONFIG_MAPS_3X,
  INSTALLATION_3X,
} from '../../../../src/lib/sandbox/kubernetes/services.ts';
import { withConsequences } from '../../../../src/lib/sandbox/pipeline/consequences.ts';
import { findScenario, SCENARIOS } from '../../../../src/lib/sandbox/scenarios/index.ts';

const OUTPUT = 'output.sandbox.circleci.internal:8585';

test.each([
  ['healthy', {}, undefined],
  ['job-lost', {}, 600_000],
  ['draining', {}, 600_000],
  ['port-8585-blocked', { [OUTPUT]: 'timeout' }, 600_000],
  ['out-of-memory', { [OUTPUT]: 'refused' }, 600_000],
])('%s: ports from a client, and how long Nomad has got nothing', (name, ports, quietMs) => {
  const { ssh, nomad } = withConsequences(findScenario(name));
  expect(ssh?.ports).toEqual(ports);
  expect(nomad.quietMs).toBe(quietMs);
});

test('only the pods of what is broken are changed, and the rest of the cluster is as ever', () => {
  for (const scenario of SCENARIOS) {
    const { kubernetes, pipeline } = withConsequences(scenario);
    if (!pipeline?.faults) {
      expect(kubernetes).toEqual(scenario.kubernetes);
      continue;
    }
    expect(kubernetes.configMaps).toBe(CONFIG_MAPS_3X);
    const changed = kubernetes.pods?.filter((pod) => !INSTALLATION_3X.includes(pod)) ?? [];
    const struck = pipeline.faults.flatMap((fault) => {
      if (typeof fault !== 'string') return [fault.service];
      return fault === 'dispatcher-stopped' ? ['dispatcher'] : [];
    });
    expect(changed.map((pod) => pod.name)).toEqual(struck);
  }
});

test('a clock that is wrong is so for the kubelet of its node too', () => {
  const clockSkewMs = { dispatcher: 90_000, nomad: -5_000 };
  const { kubernetes } = withConsequences({ ...findScenario('idle'), pipeline: { clockSkewMs } });
  expect(kubernetes.clockSkewMs).toEqual(clockSkewMs);
});
