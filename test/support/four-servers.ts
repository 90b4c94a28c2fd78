import { INSTALLATION_3X } from '../../src/lib/sandbox/kubernetes/services.ts';
import type { Scenario } from '../../src/lib/sandbox/scenario.ts';
import { findScenario } from '../../src/lib/sandbox/scenarios/index.ts';

/** An idle installation with three Nomad servers, named as in server 4.x. */
export function idleWithFourNames(): Scenario {
  const pods = INSTALLATION_3X.map((spec) =>
    spec.name === 'circleci-nomad' ? { ...spec, name: 'nomad-server', replicas: 3 } : spec,
  );
  const idle = findScenario('idle');
  return { ...idle, kubernetes: { ...idle.kubernetes, pods } };
}
