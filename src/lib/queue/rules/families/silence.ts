import type { Milliseconds } from '../../../clock.ts';
import { formatDuration } from '../../../units.ts';
import { buildNames, builds } from '../../build-names.ts';
import type { QueueFacts } from '../../facts/facts.ts';
import { effectOnBuilds, stageName } from '../../facts/service-names.ts';
import { stoppedNear } from '../../facts/stopped.ts';
import { type Finding, fact, lines } from '../../finding.ts';
import type { PodLogFacts } from '../../logs/log-facts.ts';
import { known } from '../../snapshot/evidence.ts';
import type { Stage } from '../../stages.ts';

/**
 * Both stages log a heartbeat every minute; three minutes without one count as stuck. This is
 * inferred from the operations guide's sample, not stated there.
 */
const SILENT_AFTER_MS: Milliseconds = 180_000;

/** Finds running pods of a stage that used to log `Still running` and have stopped. */
export function silentStage(
  facts: QueueFacts,
  about: Pick<Finding, 'code'> & {
    readonly stage: Stage;
    /** Returns the remedy for the stage's name in this installation. */
    readonly remedy: (name: string, effect: string) => Finding['remedy'];
  },
): readonly Finding[] {
  const { code, stage, remedy } = about;
  const name = stageName(facts, stage);
  const log = facts.logs.get(stage);
  const stopped = stoppedNear(facts, stage);
  if (!log) return [];
  const working = log.lastEventAgeMs !== null && log.lastEventAgeMs < SILENT_AFTER_MS;
  const ready = readyPods(facts, stage);
  const own = log.pods.filter(({ pod }) => ready.has(pod));
  // From 4.3 on it is not known which of a stage's Deployments log anything, so an empty log means
  // something only if all are empty.
  const isConclusive =
    facts.pipeline !== 'distributor' || own.every(({ lines: count }) => count === 0);
  const silent = own.filter((pod) => isSilent(pod, stopped.length > 0 && isConclusive));
  const beating = own.some(({ pod, lastBeatAgeMs }) => {
    const others = silent.some((one) => one.pod === pod);
    return !others && lastBeatAgeMs !== null;
  });
  if (silent.length === 0 || working) return [];
  // Sidecars of a pod with heartbeats may be silent.
  const dead = silent.filter(
    ({ pod }) => !own.some((one) => one.pod === pod && !silent.includes(one) && hasBeat(one)),
  );
  const [first] = dead;
  if (!first) return [];
  const isHeld = stopped.length > 0 && !beating;
  return [
    {
      code,
      severity: isHeld ? 'error' : 'warning',
      place: stage,
      subject: name,
      title: `${name} is running, but silent${since(first)}`,
      evidence: [
        ...dead.map((pod) => fact(describe(pod))),
        ...lines(dead.flatMap(({ lastBeat }) => lastBeat ?? []).slice(0, 1)),
        ...(stopped.length > 0 ? [fact(`${builds(stopped.length)} stuck here`)] : []),
      ],
      remedy: remedy(name, effectOnBuilds(facts)),
      fix: null,
      builds: isHeld ? buildNames(stopped) : [],
    },
  ];
}

function hasBeat({ lastBeatAgeMs }: PodLogFacts): boolean {
  return lastBeatAgeMs !== null;
}

/** Returns whether a pod is silent. An empty log counts only if builds stop before the stage. */
function isSilent({ lastBeatAgeMs, lines: count, reachesBackMs }: PodLogFacts, waited: boolean) {
  // If the node's clock is wrong, it may only be known that the lines are not fresh.
  if (lastBeatAgeMs !== null) return lastBeatAgeMs >= SILENT_AFTER_MS;
  return waited && count === 0 && (reachesBackMs ?? 0) > SILENT_AFTER_MS;
}

function readyPods(facts: QueueFacts, stage: Stage): ReadonlySet<string> {
  const pods = known(facts.snapshot.pods) ?? [];
  const ready = pods.filter((pod) => pod.stage === stage && pod.judgement.health === 'ready');
  return new Set(ready.map(({ name }) => name));
}

function since({ lastBeatAgeMs }: PodLogFacts): string {
  return lastBeatAgeMs === null ? '' : ` for ${formatDuration(lastBeatAgeMs)}`;
}

function describe({ pod, lastBeatAgeMs, lines: count }: PodLogFacts): string {
  if (lastBeatAgeMs === null) return `${pod} is ready and has written nothing`;
  const last = `its last heartbeat was ${formatDuration(lastBeatAgeMs)} ago`;
  return `${pod} is ready; ${last}, and it should log one every minute (${count} lines were read)`;
}
