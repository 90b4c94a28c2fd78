import type { Scenario } from '../scenario.ts';
import type { PortSituation } from '../ssh/scenario.ts';
import { VERSIONS } from '../versions.ts';
import { breakPods } from './faults.ts';
import { workloadOf } from './form.ts';
import {
  BROKEN_FOR_MS,
  PIPELINE_SERVICES,
  type PipelineFault,
  type PipelineForm,
} from './scenario.ts';

/**
 * Returns a scenario with the effects of its version and of its pipeline faults on other services.
 */
export function withConsequences(scenario: Scenario): Scenario {
  const { version = '3.0', pipeline = {}, nomad, kubernetes, ssh = {} } = scenario;
  const { faults = [], recent = faults.length, clockSkewMs } = pipeline;
  const parts = VERSIONS[version];
  const form = pipeline.form ?? parts.pipeline;
  const situation = outputPort(faults, form);
  const ports: Readonly<Record<string, PortSituation>> =
    situation === 'open' ? {} : { [form.output.port]: situation };
  const isUsual = version === '3.0' && faults.length === 0;
  return {
    ...scenario,
    pipeline: { ...pipeline, form },
    nomad: {
      ...(version === '3.0' ? {} : { version: parts.nomad }),
      // Builds that reached Nomad did so before the faults; later ones are in the pipeline.
      ...(recent > 0 ? { quietMs: BROKEN_FOR_MS } : {}),
      ...nomad,
    },
    kubernetes: {
      ...kubernetes,
      ...(isUsual
        ? {}
        : {
            pods: breakPods(kubernetes.pods ?? parts.pods, faults, form),
            configMaps: kubernetes.configMaps ?? (kubernetes.pods ? {} : parts.configMaps),
          }),
      ...(clockSkewMs
        ? { clockSkewMs: { ...kubernetes.clockSkewMs, ...ofWorkloads(clockSkewMs, form) } }
        : {}),
    },
    ssh: { ...ssh, ports: { ...ports, ...ssh.ports } },
  };
}

/** Returns clock offsets by workload, given by stage. */
function ofWorkloads(
  skewMs: Readonly<Record<string, number>>,
  form: PipelineForm,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(skewMs).map(([name, ms]) => {
      const part = PIPELINE_SERVICES.find((service) => service === name);
      return [part === undefined ? name : workloadOf(form, part), ms];
    }),
  );
}

/** Returns the state of the output port for Nomad clients. */
function outputPort(faults: readonly PipelineFault[], { output }: PipelineForm): PortSituation {
  if (faults.includes('port-8585-blocked')) return 'timeout';
  const gone = faults.some(
    (fault) => typeof fault !== 'string' && fault.service === 'output-processor',
  );
  return gone && !output.proxied ? 'refused' : 'open';
}
