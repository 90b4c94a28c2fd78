import { type ChosenPipeline, choosePipeline } from '../choose-pipeline.ts';
import { known } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import { PIPELINES } from '../stages.ts';

/** Determines the pipeline of the installation in a snapshot. */
export function pipelineOf({
  pods,
  workloads,
  logs,
  serverVersion,
}: QueueSnapshot): ChosenPipeline {
  const all = [...(known(pods) ?? []), ...(known(workloads) ?? [])];
  const services = new Set(all.flatMap(({ service }) => service ?? []));
  // Logs may be the only readable source.
  for (const { stage } of logs) {
    if (stage === 'legacy-dispatcher') services.add(PIPELINES[stage][stage]);
  }
  return choosePipeline({ services, version: serverVersion });
}
