import { CONFIG_MAPS_3X, INSTALLATION_3X } from '../kubernetes/services.ts';
import type { Scenario } from '../scenario.ts';
import type { PortSituation } from '../ssh/scenario.ts';
import { breakPods } from './faults.ts';
import { BROKEN_FOR_MS, OUTPUT_ADDRESS, type PipelineFault } from './scenario.ts';

/** A scenario with what follows for the other services from what is broken in its pipeline. */
export function withConsequences(scenario: Scenario): Scenario {
  const { pipeline = {}, nomad, kubernetes, ssh = {} } = scenario;
  const { faults = [], recent = faults.length, clockSkewMs } = pipeline;
  const situation = outputPort(faults);
  const ports: Readonly<Record<string, PortSituation>> =
    situation === 'open' ? {} : { [OUTPUT_ADDRESS]: situation };
  return {
    ...scenario,
    // Builds that reached Nomad did so before anything broke; those after it are the pipeline's.
    nomad: recent > 0 ? { quietMs: BROKEN_FOR_MS, ...nomad } : nomad,
    kubernetes: {
      ...kubernetes,
      ...(faults.length > 0
        ? {
            pods: breakPods(kubernetes.pods ?? INSTALLATION_3X, faults),
            configMaps: kubernetes.configMaps ?? (kubernetes.pods ? {} : CONFIG_MAPS_3X),
          }
        : {}),
      ...(clockSkewMs ? { clockSkewMs: { ...kubernetes.clockSkewMs, ...clockSkewMs } } : {}),
    },
    ssh: { ...ssh, ports: { ...ports, ...ssh.ports } },
  };
}

/** How the output-processor's port looks from a Nomad client. */
function outputPort(faults: readonly PipelineFault[]): PortSituation {
  if (faults.includes('port-8585-blocked')) return 'timeout';
  const gone = faults.some(
    (fault) => typeof fault !== 'string' && fault.service === 'output-processor',
  );
  return gone ? 'refused' : 'open';
}
