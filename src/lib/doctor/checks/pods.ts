import { firstNames } from '../../join-names.ts';
import type { Pod } from '../../kubernetes/model.ts';
import { chooseServerPod, nomadServersAmong } from '../../nomad/server-pods.ts';
import { formatDuration } from '../../units.ts';
import { type Check, failed, notConfigured, ok, skipped, warning } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { theCluster } from './cluster-access.ts';

/** A younger pod may still be starting. */
const STARTING_MS = 120_000;
const LISTED = 5;

/** CA0210: the namespace has pods. */
export const podsPresent: Check<Pick<DoctorContext, 'cluster' | 'pods'>> = {
  code: 'CA0210',
  category: 'kubernetes',
  name: 'the namespace has pods',
  needs: ['CA0208'],
  async run(context) {
    const cluster = theCluster(await context.cluster());
    if (!(await cluster.can('list', 'pods')))
      return skipped('no permission to list pods: see CA0209');
    const pods = await context.pods();
    const { namespace } = cluster.target;
    if (pods.length > 0) return ok(`${pods.length} in ${namespace}`);
    return failed(
      `there are no pods in ${namespace}`,
      'Is CircleCI Server installed there? To find its namespace: circleci-admin init',
    );
  },
};

/** CA0211: all pods are ready, except the Nomad server's, which has its own check. */
export const podsReady: Check<Pick<DoctorContext, 'pods' | 'clock' | 'settings'>> = {
  code: 'CA0211',
  category: 'kubernetes',
  name: 'the pods are ready',
  needs: ['CA0210'],
  async run(context) {
    const { nomad } = await context.settings();
    const pods = await context.pods();
    const server = chooseServerPod(pods, nomad);
    const now = context.clock.now().getTime();
    const meant = pods.filter((pod) => pod !== server && !hasEnded(pod));
    const unready = meant.filter((pod) => !isReady(pod));
    if (unready.length === 0) {
      return ok(`all ${meant.length}${server ? ' besides the Nomad server' : ''}`);
    }
    const names = unready.map((pod) => `${pod.name} (${stateOf(pod)})`);
    const message = `${unready.length} of ${meant.length} not ready: ${firstNames(names, LISTED)}`;
    const [first] = unready;
    const hint = `To see why: kubectl describe pod ${first?.name ?? ''} -n ${first?.namespace ?? ''}`;
    const starting = unready.every(
      ({ createdAt }) => createdAt !== null && now - createdAt.getTime() < STARTING_MS,
    );
    if (!starting) return failed(message, hint);
    return warning(`${message}; all of them are younger than ${formatDuration(STARTING_MS)}`, hint);
  },
};

/** CA0212: the Nomad server's pod exists and is ready. */
export const nomadPod: Check<Pick<DoctorContext, 'pods' | 'settings'>> = {
  code: 'CA0212',
  category: 'kubernetes',
  name: "the Nomad server's pod is ready",
  needs: ['CA0210'],
  async run(context) {
    const { nomad, kubernetes } = await context.settings();
    const outside =
      nomad.address !== null && (nomad.access === 'direct' || kubernetes.context === null);
    if (outside) return notConfigured(`Nomad is used at ${nomad.address}`);
    const pods = await context.pods();
    const pod = chooseServerPod(pods, nomad);
    if (!pod) {
      const others = nomadServersAmong(pods).map(({ name }) => name);
      const hint =
        others.length > 0
          ? `The Nomad server seems to be ${others.join(', ')}: circleci-admin config set nomad.pod ${others[0]}`
          : 'If the Nomad servers are outside the cluster: circleci-admin config set nomad.address URL';
      return failed(`pod ${nomad.pod} does not exist`, hint);
    }
    const found = pod.name === nomad.pod ? '' : ` (found: there is no ${nomad.pod})`;
    if (isReady(pod)) return ok(`${pod.name}${found}`);
    const hint = `To see why: kubectl describe pod ${pod.name} -n ${pod.namespace}`;
    return failed(`${pod.name}${found} is not ready: ${stateOf(pod)}`, hint);
  },
};

/** Returns whether a pod is a completed Job's, or what remains of an evicted one. */
function hasEnded({ phase, owner }: Pod): boolean {
  return phase === 'Succeeded' || (phase === 'Failed' && owner?.kind !== 'StatefulSet');
}

/** Returns whether all containers are ready; a pod that is merely Running may not be. */
function isReady({ phase, containers, deletedAt }: Pod): boolean {
  return phase === 'Running' && deletedAt === null && containers.every(({ ready }) => ready);
}

function stateOf(pod: Pod): string {
  if (pod.deletedAt !== null) return 'terminating';
  const container = pod.containers.find(({ ready }) => !ready);
  const scheduled = pod.conditions.find(({ type }) => type === 'PodScheduled');
  const unscheduled = scheduled?.status === 'False' ? scheduled.reason : null;
  return container?.reason ?? pod.reason ?? unscheduled ?? pod.phase.toLowerCase();
}
