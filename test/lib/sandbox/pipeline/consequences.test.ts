import { expect, test } from 'vitest';
import { withConsequences } from '../../../../src/lib/sandbox/pipeline/consequences.ts';
import type { PipelineService } from '../../../../src/lib/sandbox/pipeline/scenario.ts';
import { findScenario, SCENARIOS } from '../../../../src/lib/sandbox/scenarios/index.ts';
import { type ServerVersion, VERSIONS } from '../../../../src/lib/sandbox/versions.ts';

const OUTPUT = 'output.sandbox.circleci.internal:8585';

/** The service of each stage, from the fact sheets of the versions. */
const OLD = {
  'legacy-dispatcher': 'legacy-dispatcher',
  dispatcher: 'dispatcher',
  schedulerer: 'schedulerer',
  'output-processor': 'output-processor',
};
const NAMES: Readonly<Record<ServerVersion, Readonly<Record<PipelineService, string>>>> = {
  '3.0': OLD,
  '4.2': OLD,
  '4.3': {
    ...OLD,
    dispatcher: 'distributor-dispatcher',
    schedulerer: 'docker-provisioner',
    'output-processor': 'output',
  },
};

test.each([
  ['healthy', {}, undefined],
  ['job-lost', {}, 600_000],
  ['draining', {}, 600_000],
  ['port-8585-blocked', { [OUTPUT]: 'timeout' }, 600_000],
  ['out-of-memory', { [OUTPUT]: 'refused' }, 600_000],
  ['server-4.2+out-of-memory', { '127.0.0.1:8585': 'refused' }, 600_000],
  ['server-4.3+port-8585-blocked', { server: 'timeout' }, 600_000],
  // The proxy before the service still responds.
  ['server-4.3+out-of-memory', {}, 600_000],
])(
  '%s: ports as seen from a client, and how long Nomad has received no builds',
  (name, ports, quietMs) => {
    const { ssh, nomad } = withConsequences(findScenario(name));
    expect(ssh?.ports).toEqual(ports);
    expect(nomad.quietMs).toBe(quietMs);
  },
);

test('only the pods with a fault are changed, and the rest of the cluster is unchanged', () => {
  for (const scenario of SCENARIOS) {
    const { version = '3.0' } = scenario;
    const { kubernetes, pipeline } = withConsequences(scenario);
    const { pods, configMaps } = VERSIONS[version];
    if (!pipeline?.faults && version === '3.0') {
      expect(kubernetes).toEqual(scenario.kubernetes);
      continue;
    }
    expect(kubernetes.configMaps).toBe(configMaps);
    const changed = kubernetes.pods?.filter((pod) => !pods.includes(pod)) ?? [];
    const struck = (pipeline?.faults ?? []).flatMap((fault) => {
      if (typeof fault !== 'string') return [NAMES[version][fault.service]];
      return fault === 'dispatcher-stopped' ? [NAMES[version].dispatcher] : [];
    });
    expect(changed.map((pod) => pod.name)).toEqual(struck);
  }
});

test("a wrong clock is also the clock of the node's kubelet", () => {
  const clockSkewMs = { dispatcher: 90_000, nomad: -5_000 };
  const { kubernetes } = withConsequences({ ...findScenario('idle'), pipeline: { clockSkewMs } });
  expect(kubernetes.clockSkewMs).toEqual(clockSkewMs);
  const later = withConsequences({ ...findScenario('server-4.3'), pipeline: { clockSkewMs } });
  expect(later.kubernetes.clockSkewMs).toEqual({ 'distributor-dispatcher': 90_000, nomad: -5_000 });
});
