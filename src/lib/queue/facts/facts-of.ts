import { parseBuildName } from '../../nomad/jobs/build-name.ts';
import type { JobRow } from '../../nomad/jobs/jobs.ts';
import { buildKey } from '../build-key.ts';
import { digestAllLogs } from '../logs/digest.ts';
import { known } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import { STAGES, type Stage } from '../stages.ts';
import { rightClocksIn } from './clocks.ts';
import type { QueueFacts } from './facts.ts';
import { kubernetesNow } from './moments.ts';
import { stoppedTrails, unlistedIn } from './stopped.ts';
import { trailsOf } from './trails.ts';

/** Works out once what all rules look at: the stages, their logs in short, each build's way. */
export function factsOf(snapshot: QueueSnapshot): QueueFacts {
  const stages = stagesOf(snapshot);
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
    ...{ snapshot, stages, logs, trails },
    rightClocks: rightClocksIn(snapshot),
    unlisted: unlistedIn(snapshot),
  };
  return { ...facts, stopped: stoppedTrails(facts) };
}

/** Logs name builds by their ID alone at times; Nomad's jobs tell which build that is. */
function keysById(jobs: readonly JobRow[]): ReadonlyMap<string, string> {
  return new Map(
    jobs.flatMap(({ id }) => {
      const name = parseBuildName(id);
      return name ? [[name.buildId.toLowerCase(), buildKey(name.slug, name.number)] as const] : [];
    }),
  );
}

/** The legacy dispatcher left within 3.x: only where something of it is there it counts. */
function stagesOf({ pods, workloads, logs }: QueueSnapshot): readonly Stage[] {
  const there = (stage: Stage): boolean =>
    (known(pods) ?? []).some((pod) => pod.stage === stage) ||
    (known(workloads) ?? []).some((workload) => workload.stage === stage) ||
    logs.some((log) => log.stage === stage);
  return STAGES.filter((stage) => stage !== 'legacy-dispatcher' || there(stage));
}
