import type { Milliseconds } from '../../../clock.ts';
import { formatDuration } from '../../../units.ts';
import { buildNames } from '../../build-names.ts';
import type { QueueFacts } from '../../facts/facts.ts';
import { type Importance, impactOf, importanceOf } from '../../facts/importance.ts';
import { ageAt, kubernetesNow, minKnown } from '../../facts/moments.ts';
import { stoppedBefore } from '../../facts/stopped.ts';
import { type Finding, type FindingSeverity, fact, type Proof } from '../../finding.ts';
import { known } from '../../snapshot/evidence.ts';
import type { PodFact } from '../../snapshot/snapshot.ts';

/** What may be wrong with a pod; each problem is a separate rule. */
export type PodProblem =
  | 'node-lost'
  | 'out-of-memory'
  | 'image'
  | 'crash-loop'
  | 'unschedulable'
  | 'not-ready';

/** A pod may take this long to become ready. */
const STARTING_MS: Milliseconds = 120_000;
/** A pod may be unschedulable for this long, because the scheduler needs a moment. */
const SCHEDULING_MS: Milliseconds = 15_000;
/** A container with this many restarts may be in a crash loop even if it is running. */
const LOOP_RESTARTS = 3;
const LOOP_EVERY: Milliseconds = 30 * 60_000;
/** Kubernetes restarts a crash-looping container at least every five minutes. */
const LOOP_RECENT: Milliseconds = 6 * 60_000;

const IMAGE =
  /(?:^|:)(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable)$/;
/** States that do not resolve themselves, such as a missing ConfigMap, Secret or command. */
const MISCONFIGURED =
  /(?:^|:)(?:CreateContainerConfigError|CreateContainerError|RunContainerError)$/;
const BETWEEN_STARTS =
  /(?:^|:)(?:CrashLoopBackOff|Error|ExitCode:\d*|Completed|ContainerCannotRun|StartError)$/;

/** Returns the problem of a pod at a time; null if it has none, or is just starting. */
function problemOf(pod: PodFact, now: Date, windowMs: Milliseconds): PodProblem | null {
  const { health, status, restarts, restartReason, lastRestartAt, why, lostNode } = pod.judgement;
  if (health === 'completed' || health === 'left-behind' || health === 'terminating') return null;
  if (lostNode !== null) return 'node-lost';
  const sinceRestart = ageAt(now, lastRestartAt);
  const outOfMemory = restartReason === 'OOMKilled';
  if (health === 'ready') {
    if (outOfMemory && sinceRestart !== null && sinceRestart <= windowMs) return 'out-of-memory';
    return isCrashLooping(pod, now) ? 'crash-loop' : null;
  }
  if (status.endsWith('OOMKilled')) return 'out-of-memory';
  if (IMAGE.test(status)) return 'image';
  if (BETWEEN_STARTS.test(status) && restarts > 0) {
    return outOfMemory ? 'out-of-memory' : 'crash-loop';
  }
  if (status.endsWith('CrashLoopBackOff')) return outOfMemory ? 'out-of-memory' : 'crash-loop';
  if (restarts >= LOOP_RESTARTS && sinceRestart !== null && sinceRestart < LOOP_RECENT) {
    return outOfMemory ? 'out-of-memory' : 'crash-loop';
  }
  if (MISCONFIGURED.test(status)) return 'not-ready';
  const age = minKnown([ageAt(now, pod.createdAt), sinceRestart]) ?? STARTING_MS;
  const unscheduled = why?.startsWith('cannot be scheduled') ?? false;
  if (age < (unscheduled ? SCHEDULING_MS : STARTING_MS)) return null;
  return unscheduled || status === 'Pending' ? 'unschedulable' : 'not-ready';
}

/** Returns whether a pod that is ready now has terminated repeatedly, last a short time ago. */
function isCrashLooping({ judgement, createdAt }: PodFact, now: Date): boolean {
  const { restarts, lastRestartAt } = judgement;
  const last = ageAt(now, lastRestartAt);
  const age = ageAt(now, createdAt);
  if (restarts < LOOP_RESTARTS || last === null || age === null) return false;
  return last < LOOP_RECENT && age / restarts < LOOP_EVERY;
}

/** The pods of a service that have the same problem. */
export interface ServiceWithProblem {
  /** The name in the catalogue. */
  readonly name: string;
  /** The name of the pods' workload. */
  readonly workload: string;
  readonly importance: Importance;
  readonly severity: FindingSeverity;
  readonly affected: readonly PodFact[];
  readonly evidence: readonly Proof[];
  readonly builds: readonly string[];
}

/** Returns the services with a problem that matters to builds. */
export function servicesWithProblem(
  facts: QueueFacts,
  problem: PodProblem,
): readonly ServiceWithProblem[] {
  const now = kubernetesNow(facts.snapshot);
  const groups = Map.groupBy(
    known(facts.snapshot.pods) ?? [],
    (pod) => pod.service ?? pod.workload,
  );
  return [...groups].flatMap(([name, pods]) => {
    const affected = pods.filter((pod) => problemOf(pod, now, facts.snapshot.windowMs) === problem);
    const [first] = affected;
    if (!first) return [];
    const importance = importanceOf(first);
    if (!matters(importance, problem, pods)) return [];
    const stopped = first.stage === null ? facts.stopped : stoppedBefore(facts, first.stage);
    const isDown = !pods.some(({ judgement }) => judgement.health === 'ready');
    const isNeeded = importance === 'pipeline' || importance === 'needed';
    const severity = isNeeded && (isDown || stopped.length > 0) ? 'error' : 'warning';
    return [
      {
        name,
        workload: first.workload,
        importance,
        severity,
        affected,
        evidence: evidenceOf(affected, pods, now),
        builds: first.stage === null ? [] : buildNames(stopped),
      },
    ];
  });
}

/**
 * Returns whether a problem matters. Builds do not need many services, and a failed pod of a Job is
 * irrelevant once another one has completed.
 */
function matters(importance: Importance, problem: PodProblem, pods: readonly PodFact[]): boolean {
  if (importance === 'pipeline' || importance === 'needed') return true;
  if (pods.some(({ judgement }) => judgement.health === 'completed')) return false;
  return importance === 'other' || problem === 'crash-loop';
}

function evidenceOf(
  affected: readonly PodFact[],
  all: readonly PodFact[],
  now: Date,
): readonly Proof[] {
  const ready = all.filter(({ judgement }) => judgement.health === 'ready').length;
  const impact = impactOf(affected[0]?.service ?? null);
  return [
    ...affected.slice(0, 5).map((pod) => fact(describe(pod, now))),
    ...(all.length > affected.length ? [fact(`${ready} of its ${all.length} pods are ready`)] : []),
    ...(impact === null ? [] : [fact(`impact: ${impact}`)]),
  ];
}

function describe({ name, judgement, createdAt }: PodFact, now: Date): string {
  const { ready, containers, status, restarts, restartReason, lastRestartAt, why } = judgement;
  const age = ageAt(now, createdAt);
  const restarted = ageAt(now, lastRestartAt);
  const parts = [`${status}, ${ready}/${containers} ready`];
  if (restarts > 0) {
    const when = restarted === null ? '' : `, the last one ${formatDuration(restarted)} ago`;
    const how = restartReason === null ? '' : ` (${restartReason})`;
    parts.push(`${restarts} ${restarts === 1 ? 'restart' : 'restarts'}${when}${how}`);
  } else if (age !== null) parts.push(`${formatDuration(age)} old`);
  if (why !== null) parts.push(why);
  return `${name}: ${parts.join('; ')}`;
}

/** Returns the finding about a service. */
export function podFinding(
  service: ServiceWithProblem,
  about: Pick<Finding, 'code' | 'title' | 'remedy'>,
): Finding {
  const { severity, name, evidence, builds } = service;
  return { ...about, severity, place: 'kubernetes', subject: name, evidence, builds, fix: null };
}
