import type { Pod } from '../../kubernetes/model.ts';
import { judgePod } from '../../pods/judge.ts';
import { listQueues, type RabbitmqContainer } from '../../rabbitmq/list-queues.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import { type Evidence, notAsked } from '../snapshot/evidence.ts';
import type { RabbitQueue } from '../snapshot/snapshot.ts';
import { isFailed, type Round } from './round.ts';

const SERVICE = 'circleci-rabbitmq';

/** Lists the queues with rabbitmqctl in RabbitMQ's pod, once the pods are known. */
export async function gatherRabbit(
  round: Round,
  pods: Promise<Evidence<readonly Pod[]>>,
): Promise<Evidence<readonly RabbitQueue[]>> {
  const { kubernetes, catalogue } = round.sources;
  const place = rabbitmqContainer(await pods, catalogue);
  if (typeof place === 'string') return notAsked(place);
  return round.part(
    'rabbitmq',
    () =>
      round.ask('rabbitmq', kubernetes, (client, context) => listQueues(client, place, context)),
    isFailed,
  );
}

/** Returns the pod and container in which to run rabbitmqctl, or why there is none. */
export function rabbitmqContainer(
  pods: Evidence<readonly Pod[]>,
  catalogue: Catalogue,
): RabbitmqContainer | string {
  if (pods.status !== 'known') return 'the pods could not be read';
  if (catalogue.external.has(SERVICE)) return 'RabbitMQ runs outside the cluster';
  const own = pods.value.filter((pod) => catalogue.serviceOf(pod)?.name === SERVICE);
  if (own.length === 0) return 'RabbitMQ has no pod';
  const pod = own.find((one) => judgePod(one).health === 'ready');
  if (!pod) return 'no pod of RabbitMQ is ready';
  // The pod may have sidecars for metrics or a service mesh.
  const container = pod.containers.find(({ name }) => name.includes('rabbit')) ?? pod.containers[0];
  return container ? { pod: pod.name, container: container.name } : 'its pod has no container';
}
