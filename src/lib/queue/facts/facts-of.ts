import { parseBuildName } from '../../nomad/jobs/build-name.ts';
import type { JobRow } from '../../nomad/jobs/jobs.ts';
import { buildKey } from '../build-key.ts';
import type { ChosenPipeline } from '../choose-pipeline.ts';
import { digestAllLogs } from '../logs/digest.ts';
import { known } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import { stagesOf } from '../stages.ts';
import { rightClocksIn } from './clocks.ts';
import type { QueueFacts } from './facts.ts';
import { kubernetesNow } from './moments.ts';
import { partialTrails } from './partial.ts';
import { pipelineOf } from './pipeline-of.ts';
import { stoppedTrails, unlistedIn } from './stopped.ts';
import { trailsOf } from './trails.ts';

/**
 * Derives the facts that all rules use: the stages, their log digests, and the trail of each build.
 *
 * @param chosen the pipeline of the snapshot, if it is already known
 */
export function factsOf(
  snapshot: QueueSnapshot,
  chosen: ChosenPipeline = pipelineOf(snapshot),
): QueueFacts {
  const { pipeline, notes: pipelineNotes } = chosen;
  const jobs = known(snapshot.nomad.jobs) ?? [];
  const logs = digestAllLogs(snapshot.logs, {
    now: kubernetesNow(snapshot),
    freshMs: snapshot.freshMs,
    windowMs: snapshot.windowMs,
    keyOfId: keysById(jobs),
  });
  const trails = trailsOf({
    logs,
    jobs,
    builds: known(snapshot.server.builds) ?? [],
  });
  const facts = {
    ...{ snapshot, pipeline, pipelineNotes, stages: stagesOf(pipeline), logs, trails },
    rightClocks: rightClocksIn(snapshot),
    unlisted: unlistedIn(snapshot),
  };
  return { ...facts, stopped: stoppedTrails(facts), partial: partialTrails(facts) };
}

/** Maps build IDs to keys by Nomad's jobs, because some log lines contain only the ID. */
function keysById(jobs: readonly JobRow[]): ReadonlyMap<string, string> {
  return new Map(
    jobs.flatMap(({ id }) => {
      const name = parseBuildName(id);
      return name ? [[name.buildId.toLowerCase(), buildKey(name.slug, name.number)] as const] : [];
    }),
  );
}
