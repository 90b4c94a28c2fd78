import { known } from './evidence.ts';
import type { QueueFacts } from './facts.ts';
import { digestLogs } from './logs/digest.ts';
import type { StageLogFacts } from './logs/log-facts.ts';
import { kubernetesNow } from './moments.ts';
import type { QueueSnapshot } from './snapshot.ts';
import { STAGES, type Stage } from './stages.ts';
import { trailsOf } from './trails.ts';

/** Works out once what all rules look at: the stages, their logs in short, each build's way. */
export function factsOf(snapshot: QueueSnapshot): QueueFacts {
  const stages = stagesOf(snapshot);
  const logs = new Map<Stage, StageLogFacts>();
  const about = { now: kubernetesNow(snapshot), freshMs: snapshot.freshMs };
  for (const stage of stages) {
    const own = snapshot.logs.filter((log) => log.stage === stage);
    const read = own.some(({ previous, log }) => !previous && log.status === 'known');
    if (read) logs.set(stage, digestLogs(own, { ...about, stage }));
  }
  const trails = trailsOf({
    logs,
    jobs: known(snapshot.nomad.jobs) ?? [],
    builds: known(snapshot.server.builds) ?? [],
  });
  return { snapshot, stages, logs, trails };
}

/** The legacy dispatcher left within 3.x: only where something of it is there it counts. */
function stagesOf({ pods, workloads, logs }: QueueSnapshot): readonly Stage[] {
  const there = (stage: Stage): boolean =>
    (known(pods) ?? []).some((pod) => pod.stage === stage) ||
    (known(workloads) ?? []).some((workload) => workload.stage === stage) ||
    logs.some((log) => log.stage === stage);
  return STAGES.filter((stage) => stage !== 'legacy-dispatcher' || there(stage));
}
