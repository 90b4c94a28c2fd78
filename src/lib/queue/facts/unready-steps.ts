import type { Milliseconds } from '../../clock.ts';
import type { PodHealth } from '../../pods/judge.ts';
import { formatDuration } from '../../units.ts';
import { known } from '../snapshot/evidence.ts';
import type { PodFact, QueueSnapshot } from '../snapshot/snapshot.ts';
import { STAGES } from '../stages.ts';
import { NOMAD_SERVICE } from './importance.ts';
import { ageAt, kubernetesNow } from './moments.ts';

/** A step that every build takes, with none of its pods ready. */
export interface UnreadyStep {
  /** The name of the pods' workload. */
  readonly workload: string;
  /** A pod that is starting, if there is one. */
  readonly pod: PodFact;
  /** The state of the pod and for how long: `Pending, 12s old`. */
  readonly text: string;
}

/** Returns the stages, and the Nomad server, without a ready pod, in the order that builds take. */
export function unreadySteps(snapshot: QueueSnapshot): readonly UnreadyStep[] {
  const pods = known(snapshot.pods) ?? [];
  const now = kubernetesNow(snapshot);
  const steps = [
    ...STAGES.slice(0, -1).map((stage) => pods.filter((pod) => pod.stage === stage)),
    pods.filter(({ service }) => service === NOMAD_SERVICE),
    ...STAGES.slice(-1).map((stage) => pods.filter((pod) => pod.stage === stage)),
  ];
  return steps.flatMap((own) => {
    if (own.some(({ judgement }) => judgement.health === 'ready')) return [];
    const first = (health: PodHealth): PodFact | undefined =>
      own.find(({ judgement }) => judgement.health === health);
    const pod = first('not-ready') ?? first('starting') ?? first('terminating');
    if (!pod) return [];
    return [{ workload: pod.workload, pod, text: textOf(pod, ageAt(now, pod.createdAt)) }];
  });
}

function textOf({ judgement }: PodFact, age: Milliseconds | null): string {
  const old = age === null ? '' : `, ${formatDuration(age)} old`;
  return `${judgement.status}${old}`;
}
