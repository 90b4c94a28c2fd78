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

/** A scenario with what follows for the services from its version, and from what is broken in its pipeline. */
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
      // Builds that reached Nomad did so before anything broke; those after it are the pipeline's.
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

/** Clocks by workload, where they are told by the part that it plays. */
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

/** How the way to the output-processor, or to what plays its part, looks from a Nomad client. */
function outputPort(faults: readonly PipelineFault[], { output }: PipelineForm): PortSituation {
  if (faults.includes('port-8585-blocked')) return 'timeout';
  const gone = faults.some(
    (fault) => typeof fault !== 'string' && fault.service === 'output-processor',
  );
  return gone && !output.proxied ? 'refused' : 'open';
}
