import { buildNames } from '../build-names.ts';
import type { QueueFacts } from '../facts/facts.ts';
import { impactOf } from '../facts/importance.ts';
import { stoppedBefore } from '../facts/stopped.ts';
import { type Finding, fact, type Rule } from '../finding.ts';
import { known } from '../snapshot/evidence.ts';
import type { PodFact, WorkloadFact } from '../snapshot/snapshot.ts';
import { STAGE_SERVICES, STAGES, type Stage } from '../stages.ts';

/** A stage of the pipeline is scaled to zero, or is not there at all. */
export const noPod: Rule = {
  code: 'CQ0106',
  name: 'a stage of the pipeline has no pod',
  explains: [],
  ofPods: true,
  judge(facts) {
    const pods = known(facts.snapshot.pods);
    if (pods === null) return [];
    const workloads = known(facts.snapshot.workloads) ?? [];
    if (![...pods, ...workloads].some(({ stage }) => stage !== null)) return [elsewhere(pods)];
    return facts.stages.flatMap((stage) => {
      const own = pods.filter((pod) => pod.stage === stage && isThere(pod));
      return own.length > 0 ? [] : [missing(facts, pods, stage)];
    });
  },
};

/** One that is being replaced counts: another is on its way. */
function isThere({ judgement }: PodFact): boolean {
  return judgement.health !== 'left-behind' && judgement.health !== 'completed';
}

function missing(facts: QueueFacts, pods: readonly PodFact[], stage: Stage): Finding {
  const workloads = known(facts.snapshot.workloads);
  const workload = workloads?.find((one) => one.stage === stage) ?? null;
  const name = workload?.name ?? pods.find((pod) => pod.stage === stage)?.workload ?? stage;
  const impact = impactOf(workload?.service ?? STAGE_SERVICES[stage][0] ?? null);
  return {
    code: 'CQ0106',
    severity: 'error',
    place: 'kubernetes',
    subject: workload?.service ?? STAGE_SERVICES[stage][0] ?? stage,
    title:
      workload?.replicas === 0 ? `${name} is stopped: it is scaled to zero` : `${name} has no pod`,
    evidence: [
      fact(howMany(workload, workloads !== null)),
      ...(impact === null ? [] : [fact(`impact: ${impact}`)]),
    ],
    remedy: remedyOf(workload, name),
    builds: buildNames(stoppedBefore(facts, stage)),
    fix: null,
  };
}

function howMany(workload: WorkloadFact | null, listed: boolean): string {
  if (workload === null) {
    return listed
      ? 'it has no pod, and no Deployment or StatefulSet'
      : 'it has no pod; Deployments and StatefulSets could not be listed';
  }
  return `${workload.kind} ${workload.name} should have ${workload.replicas} pods and has none`;
}

function remedyOf(workload: WorkloadFact | null, name: string): Finding['remedy'] {
  if (workload?.replicas === 0) {
    return {
      text: 'Somebody scaled it to zero. Scale it up again; builds in its queue then continue.',
      commands: [
        `kubectl scale ${workload.kind.toLowerCase()}/${workload.name} --replicas=1`,
        `circleci-admin services show ${name}`,
      ],
    };
  }
  return {
    text: 'Check why its controller creates no pod (a quota, a webhook, a failed deployment), or install it again.',
    commands: ['circleci-admin services list'],
  };
}

/** The namespace is empty, or another one than was meant. */
function elsewhere(pods: readonly PodFact[]): Finding {
  return {
    code: 'CQ0106',
    severity: 'error',
    place: 'kubernetes',
    subject: null,
    title: 'no service of the pipeline is in this namespace: it may be the wrong one',
    evidence: [fact(`none of its ${pods.length} pods belongs to ${STAGES.join(', ')}`)],
    remedy: {
      text: 'Check the namespace in the profile; to use another one: --namespace.',
      commands: ['circleci-admin config show', 'circleci-admin pods list'],
    },
    builds: [],
    fix: null,
  };
}
