import type { Milliseconds } from '../../../clock.ts';
import { formatDuration } from '../../../units.ts';
import { buildNames } from '../../build-names.ts';
import type { QueueFacts } from '../../facts/facts.ts';
import { type Importance, impactOf, importanceOf } from '../../facts/importance.ts';
import { ageAt, kubernetesNow, least } from '../../facts/moments.ts';
import { stoppedBefore } from '../../facts/stopped.ts';
import { type Finding, type FindingSeverity, fact, type Proof } from '../../finding.ts';
import { known } from '../../snapshot/evidence.ts';
import type { PodFact } from '../../snapshot/snapshot.ts';

/** What may be wrong with a pod; each is a rule of its own. */
export type PodIll =
  | 'node-lost'
  | 'out-of-memory'
  | 'image'
  | 'crash-loop'
  | 'unschedulable'
  | 'not-ready';

/** A pod may take that long to become ready. */
const STARTING_MS: Milliseconds = 120_000;
/** The scheduler needs a moment, and says then that no node can run a pod. */
const SCHEDULING_MS: Milliseconds = 15_000;
/** A container that ends this often is in a loop, though it may run at the moment. */
const LOOP_RESTARTS = 3;
const LOOP_EVERY: Milliseconds = 30 * 60_000;
/** Kubernetes starts a container that keeps ending every five minutes at the least. */
const LOOP_RECENT: Milliseconds = 6 * 60_000;

const IMAGE =
  /(?:^|:)(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable)$/;
/** As `judgePod` says it; the node's name is its first group. */
const LOST = /^its node (\S+) (?:is|may be) lost/;
/** What does not pass by itself: a ConfigMap or Secret that is missing, a command that is not there. */
const MISCONFIGURED =
  /(?:^|:)(?:CreateContainerConfigError|CreateContainerError|RunContainerError)$/;
const BETWEEN_STARTS =
  /(?:^|:)(?:CrashLoopBackOff|Error|ExitCode:\d*|Completed|ContainerCannotRun|StartError)$/;

/** What is wrong with a pod at that moment; null where nothing is, or it just starts. */
function illOf(pod: PodFact, now: Date, windowMs: Milliseconds): PodIll | null {
  const { health, status, restarts, restartReason, lastRestartAt, why } = pod.judgement;
  if (health === 'completed' || health === 'left-behind' || health === 'terminating') return null;
  if (why !== null && LOST.test(why)) return 'node-lost';
  const sinceRestart = ageAt(now, lastRestartAt);
  const outOfMemory = restartReason === 'OOMKilled';
  if (health === 'ready') {
    if (outOfMemory && sinceRestart !== null && sinceRestart <= windowMs) return 'out-of-memory';
    return loops(pod, now) ? 'crash-loop' : null;
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
  const age = least([ageAt(now, pod.createdAt), sinceRestart]) ?? STARTING_MS;
  const unscheduled = why?.startsWith('cannot be scheduled') ?? false;
  if (age < (unscheduled ? SCHEDULING_MS : STARTING_MS)) return null;
  return unscheduled || status === 'Pending' ? 'unschedulable' : 'not-ready';
}

/** The node that a pod was lost with; null where it was not. */
export function lostNodeOf({ judgement: { why } }: PodFact): string | null {
  return why === null ? null : (LOST.exec(why)?.[1] ?? null);
}

/** Ready for the moment, but it ended several times, the last time just now. */
function loops({ judgement, createdAt }: PodFact, now: Date): boolean {
  const { restarts, lastRestartAt } = judgement;
  const last = ageAt(now, lastRestartAt);
  const age = ageAt(now, createdAt);
  if (restarts < LOOP_RESTARTS || last === null || age === null) return false;
  return last < LOOP_RECENT && age / restarts < LOOP_EVERY;
}

/** The pods of one service that have the same ill. */
export interface IllService {
  /** As the catalogue calls it. */
  readonly name: string;
  /** As its pods are called. */
  readonly workload: string;
  readonly importance: Importance;
  readonly severity: FindingSeverity;
  readonly ill: readonly PodFact[];
  readonly evidence: readonly Proof[];
  readonly builds: readonly string[];
}

/** The services that have this ill, and matter. */
export function illServices(facts: QueueFacts, ill: PodIll): readonly IllService[] {
  const now = kubernetesNow(facts.snapshot);
  const groups = Map.groupBy(
    known(facts.snapshot.pods) ?? [],
    (pod) => pod.service ?? pod.workload,
  );
  return [...groups].flatMap(([name, pods]) => {
    const sick = pods.filter((pod) => illOf(pod, now, facts.snapshot.windowMs) === ill);
    const [first] = sick;
    if (!first) return [];
    const importance = importanceOf(first);
    if (!matters(importance, ill, pods)) return [];
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
        ill: sick,
        evidence: evidenceOf(sick, pods, now),
        builds: first.stage === null ? [] : buildNames(stopped),
      },
    ];
  });
}

/** Builds do without many services; and where a Job's pod has ended well, one that did not is past. */
function matters(importance: Importance, ill: PodIll, pods: readonly PodFact[]): boolean {
  if (importance === 'pipeline' || importance === 'needed') return true;
  if (pods.some(({ judgement }) => judgement.health === 'completed')) return false;
  return importance === 'other' || ill === 'crash-loop';
}

function evidenceOf(
  sick: readonly PodFact[],
  all: readonly PodFact[],
  now: Date,
): readonly Proof[] {
  const ready = all.filter(({ judgement }) => judgement.health === 'ready').length;
  const impact = impactOf(sick[0]?.service ?? null);
  return [
    ...sick.slice(0, 5).map((pod) => fact(describe(pod, now))),
    ...(all.length > sick.length ? [fact(`${ready} of its ${all.length} pods are ready`)] : []),
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

/** The finding of one service. */
export function podFinding(
  service: IllService,
  about: Pick<Finding, 'code' | 'title' | 'remedy'>,
): Finding {
  const { severity, name, evidence, builds } = service;
  return { ...about, severity, place: 'kubernetes', subject: name, evidence, builds, fix: null };
}
