import { buildNames } from '../build-names.ts';
import type { QueueFacts } from '../facts/facts.ts';
import { impactOf } from '../facts/importance.ts';
import { stageName } from '../facts/service-names.ts';
import { stoppedBefore } from '../facts/stopped.ts';
import { type Finding, type FindingSeverity, fact, type Rule } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';
import type { PodFact, WorkloadFact } from '../snapshot/snapshot.ts';
import { type Stage, serviceOf } from '../stages.ts';

/** A stage of the pipeline is scaled to zero or does not exist. */
export const noPod: Rule = {
  code: 'CQ0106',
  name: 'a stage of the pipeline has no pod',
  explains: [],
  ofPods: true,
  judge(facts) {
    const pods = known(facts.snapshot.pods);
    if (pods === null) return [];
    const workloads = known(facts.snapshot.workloads) ?? [];
    if (![...pods, ...workloads].some(({ stage }) => stage !== null))
      return [wrongNamespace(facts, pods)];
    return facts.stages.flatMap((stage) => {
      const own = pods.filter((pod) => pod.stage === stage && isThere(pod));
      if (own.length === 0) return [missing(facts, pods, stage)];
      return workloads
        .filter((one) => one.stage === stage && isEmpty(one, own))
        .map((one) => partMissing(facts, one, stage));
    });
  },
};

/**
 * Returns whether a Deployment has no pod, for stages with several Deployments such as the
 * distributor.
 */
function isEmpty({ name, ready }: WorkloadFact, own: readonly PodFact[]): boolean {
  return ready === 0 && !own.some(({ workload }) => workload === name);
}

/** Returns whether a pod counts as present. A pod that is being replaced does. */
function isThere({ judgement }: PodFact): boolean {
  return judgement.health !== 'left-behind' && judgement.health !== 'completed';
}

function missing(facts: QueueFacts, pods: readonly PodFact[], stage: Stage): Finding {
  const workloads = known(facts.snapshot.workloads);
  const all = workloads?.filter((one) => one.stage === stage) ?? [];
  const sole = all.length > 1 ? null : (all[0]?.name ?? podsWorkload(pods, stage));
  return findingOf(facts, stage, {
    name: sole ?? stageName(facts, stage),
    workloads: all,
    severity: 'error',
    evidence:
      all.length > 0
        ? all.map(howMany)
        : [
            workloads === null
              ? 'it has no pod; Deployments and StatefulSets could not be listed'
              : 'it has no pod, and no Deployment or StatefulSet',
          ],
  });
}

function podsWorkload(pods: readonly PodFact[], stage: Stage): string | null {
  return pods.find((pod) => pod.stage === stage)?.workload ?? null;
}

/**
 * Returns the finding for a Deployment without pods in a stage where others have some. It is an
 * error if builds wait before the stage.
 */
function partMissing(facts: QueueFacts, workload: WorkloadFact, stage: Stage): Finding {
  const waits = stoppedBefore(facts, stage).length > 0;
  return findingOf(facts, stage, {
    name: workload.name,
    workloads: [workload],
    severity: waits ? 'error' : 'warning',
    evidence: [howMany(workload)],
  });
}

function findingOf(
  facts: QueueFacts,
  stage: Stage,
  about: {
    readonly name: string;
    readonly workloads: readonly WorkloadFact[];
    readonly severity: FindingSeverity;
    readonly evidence: readonly string[];
  },
): Finding {
  const { name, workloads, severity, evidence } = about;
  const service = workloads[0]?.service ?? serviceOf(facts.pipeline, stage) ?? stage;
  const impact = impactOf(service);
  const isStopped = workloads.length > 0 && workloads.every(({ replicas }) => replicas === 0);
  return {
    code: 'CQ0106',
    severity,
    place: 'kubernetes',
    subject: service,
    title: isStopped ? `${name} is stopped: it is scaled to zero` : `${name} has no pod`,
    evidence: [...evidence, ...(impact === null ? [] : [`impact: ${impact}`])].map(fact),
    remedy: remedyOf(isStopped ? workloads : [], name),
    builds: buildNames(stoppedBefore(facts, stage)),
    fix: null,
  };
}

function howMany({ kind, name, replicas }: WorkloadFact): string {
  return replicas === 0
    ? `${kind} ${name} is scaled to 0 pods`
    : `${kind} ${name} should have ${replicas} pods and has none`;
}

function remedyOf(stopped: readonly WorkloadFact[], name: string): Finding['remedy'] {
  if (stopped.length > 0) {
    return {
      text: 'Somebody scaled it to zero. Scale it up again; builds in its queue then continue.',
      commands: [
        ...stopped.map((one) => `kubectl scale ${one.kind.toLowerCase()}/${one.name} --replicas=1`),
        `circleci-admin services show ${name}`,
      ],
    };
  }
  return {
    text: 'Check why its controller creates no pod (a quota, a webhook, a failed deployment), or install it again.',
    commands: ['circleci-admin services list'],
  };
}

/** Returns the finding for a namespace that is empty or the wrong one. */
function wrongNamespace({ pipeline, stages }: QueueFacts, pods: readonly PodFact[]): Finding {
  const names = stages.map((stage) => stageName({ pipeline }, stage));
  return {
    code: 'CQ0106',
    severity: 'error',
    place: 'kubernetes',
    subject: null,
    title: 'no service of the pipeline is in this namespace: it may be the wrong one',
    evidence: [fact(`none of its ${pods.length} pods belongs to ${names.join(', ')}`)],
    remedy: {
      text: 'Check the namespace in the profile; to use another one: --namespace.',
      commands: ['circleci-admin config show', 'circleci-admin pods list'],
    },
    builds: [],
    fix: null,
  };
}
