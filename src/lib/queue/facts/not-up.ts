import type { Milliseconds } from '../../clock.ts';
import type { PodHealth } from '../../pods/judge.ts';
import { formatDuration } from '../../units.ts';
import { known } from '../snapshot/evidence.ts';
import type { PodFact, QueueSnapshot } from '../snapshot/snapshot.ts';
import { STAGES } from '../stages.ts';
import { NOMAD_SERVICE } from './importance.ts';
import { ageAt, kubernetesNow } from './moments.ts';

/** A step of every build's way, and its pods, none of which is ready. */
export interface NotUp {
  /** As its pods are called. */
  readonly workload: string;
  /** One that is on its way, where there is one. */
  readonly pod: PodFact;
  /** What its state is, and for how long: `Pending, 12s old`. */
  readonly text: string;
}

/** The stages and the Nomad server whose pods are all not ready, in the order of a build's way. */
export function notUp(snapshot: QueueSnapshot): readonly NotUp[] {
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
