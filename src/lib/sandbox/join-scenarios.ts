import type { NomadScenario } from './nomad/nomad-sandbox.ts';
import type { PipelineScenario } from './pipeline/scenario.ts';
import type { Scenario } from './scenario.ts';
import { healthy } from './scenarios/healthy.ts';

/**
 * Combines two scenarios. Lists of problems are concatenated. Of two different values, the one that
 * differs from the healthy scenario is used; if both differ, the first.
 */
export function joinScenarios(first: Scenario, second: Scenario): Scenario {
  const faults = [...(first.faults ?? []), ...(second.faults ?? [])];
  const version = first.version ?? second.version;
  return {
    ...(version === undefined ? {} : { version }),
    name: `${first.name}+${second.name}`,
    summary: `${first.summary}; ${second.summary}`,
    nomad: joinNomad(first.nomad, second.nomad),
    kubernetes: joined(first.kubernetes, second.kubernetes, healthy.kubernetes),
    pipeline: joinPipelines(first.pipeline ?? {}, second.pipeline ?? {}),
    server: joined(first.server ?? {}, second.server ?? {}, {}),
    nrepl: joined(first.nrepl ?? {}, second.nrepl ?? {}, {}),
    github: joined(first.github ?? {}, second.github ?? {}, {}),
    ssh: { ports: { ...second.ssh?.ports, ...first.ssh?.ports } },
    expects: first.expects ?? second.expects ?? null,
    ...(faults.length > 0 ? { faults } : {}),
  };
}

function joinNomad(first: NomadScenario, second: NomadScenario): NomadScenario {
  const pending = [...(first.pending ?? []), ...(second.pending ?? [])];
  return {
    ...joined<NomadScenario>(first, second, healthy.nomad),
    ...(pending.length > 0 ? { pending } : {}),
  };
}

function joinPipelines(first: PipelineScenario, second: PipelineScenario): PipelineScenario {
  const faults = [...(first.faults ?? []), ...(second.faults ?? [])];
  const clockSkewMs = { ...second.clockSkewMs, ...first.clockSkewMs };
  const { faults: _, ...others } = joined<PipelineScenario>(first, second, {});
  return { ...others, ...(faults.length > 0 ? { faults } : {}), clockSkewMs };
}

/** Merges fields: a value that differs from the ordinary one is used, preferably the first. */
function joined<T extends object>(first: T, second: T, ordinary: T): T {
  const usual = new Map<string, unknown>(Object.entries(ordinary));
  const differs = ([field, value]: [string, unknown]): boolean => value !== usual.get(field);
  return Object.assign(
    {},
    second,
    first,
    Object.fromEntries(Object.entries(second).filter(differs)),
    Object.fromEntries(Object.entries(first).filter(differs)),
  );
}
