import { mapBounded } from '../../bounded.ts';
import { AdminError } from '../../errors.ts';
import type { Container, Pod, Workload } from '../../kubernetes/model.ts';
import { judgePod } from '../../pods/judge.ts';
import { markLostNodes } from '../../pods/lost-nodes.ts';
import { workloadName } from '../../pods/workload-name.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import { servicesAmong } from '../../services/services-among.ts';
import { choosePipeline } from '../choose-pipeline.ts';
import { type Evidence, known, notAsked } from '../snapshot/evidence.ts';
import type { PodFact, QueueSnapshot, StageLog, WorkloadFact } from '../snapshot/snapshot.ts';
import { type Pipeline, STAGES, type Stage, stageOf } from '../stages.ts';
import { readContainerLog } from './read-container-log.ts';
import { isFailed, joined, type Round } from './round.ts';
import type { KubernetesSource, QueueSources } from './sources.ts';

/** The maximum number of containers whose logs are read, with 10,000 lines each. */
const MAX_LOGS = 20;
const LOGS_AT_ONCE = 8;

/** Converts pods and workloads into facts, for which the pipeline must be known. */
export function clusterFacts(
  read: {
    readonly pods: Evidence<readonly Pod[]>;
    readonly workloads: Evidence<readonly Workload[]>;
  },
  { catalogue, serverVersion }: Pick<QueueSources, 'catalogue' | 'serverVersion'>,
): Pick<QueueSnapshot, 'pods' | 'workloads'> {
  const services = new Set([
    ...servicesAmong(known(read.pods) ?? [], catalogue),
    ...(known(read.workloads) ?? []).flatMap(({ name }) => catalogue.byWorkload(name)?.name ?? []),
  ]);
  const { pipeline } = choosePipeline({ services, version: serverVersion });
  const pods = joined(read.pods, read.pods, (all) =>
    all.map((pod) => podFact(pod, catalogue, pipeline)),
  );
  const workloads = joined(read.workloads, read.workloads, (all) =>
    all.map((one) => workloadFact(one, catalogue, pipeline)),
  );
  return { pods, workloads };
}

function podFact(pod: Pod, catalogue: Catalogue, pipeline: Pipeline): PodFact {
  const service = catalogue.serviceOf(pod)?.name ?? null;
  return {
    name: pod.name,
    workload: workloadName(pod),
    service,
    stage: stageOf(service, pipeline),
    createdAt: pod.createdAt,
    judgement: judgePod(pod),
  };
}

function workloadFact(
  { kind, name, replicas, ready }: Workload,
  catalogue: Catalogue,
  pipeline: Pipeline,
): WorkloadFact {
  const service = catalogue.byWorkload(name)?.name ?? null;
  return { kind, name, service, stage: stageOf(service, pipeline), replicas, ready };
}

/**
 * Lists the Deployments and StatefulSets.
 *
 * @throws AdminError `unauthorised` KUBERNETES_FORBIDDEN; as the KubernetesClient
 */
async function readWorkloads(
  client: Pick<KubernetesSource, 'listWorkloads' | 'target'>,
  signal: AbortSignal,
): Promise<readonly Workload[]> {
  const workloads = await client.listWorkloads(signal);
  if (workloads !== null) return workloads;
  const { namespace } = client.target;
  throw new AdminError(
    'unauthorised',
    `No permission to list Deployments and StatefulSets of namespace ${namespace}`,
    {
      code: 'KUBERNETES_FORBIDDEN',
      hint: `Ask for a role with verb list on deployments and statefulsets; check with: kubectl auth can-i list deployments.apps -n ${namespace}`,
    },
  );
}

/** A container log to read. */
interface WantedLog {
  readonly stage: Stage;
  readonly pod: string;
  readonly container: Container;
  readonly previous: boolean;
}

/** The evidence from the cluster. */
export interface KubernetesEvidence {
  /** Unconverted; {@link clusterFacts} converts them. */
  readonly pods: Promise<Evidence<readonly Pod[]>>;
  readonly workloads: Promise<Evidence<readonly Workload[]>>;
  readonly logs: Promise<readonly StageLog[]>;
  readonly aheadMs: Promise<number | null>;
}

/** Requests everything from the cluster; the logs as soon as the pods are known. */
export function gatherKubernetes(round: Round): KubernetesEvidence {
  const { kubernetes } = round.sources;
  const pods = round.part(
    'pods',
    () =>
      round.ask('kubernetes', kubernetes, async (client, { signal }) =>
        markLostNodes(client, await client.listPods({ signal }), signal),
      ),
    isFailed,
  );
  const workloads = round.part(
    'workloads',
    () =>
      round.ask('kubernetes', kubernetes, (client, { signal }) => readWorkloads(client, signal)),
    isFailed,
  );
  const logs = pods.then(async (read) => {
    const all = known(read);
    if (all === null) return [];
    const failed = (some: readonly StageLog[]): boolean => some.some(({ log }) => isFailed(log));
    return round.part('logs', () => readStageLogs(round, all), failed);
  });
  const aheadMs = round.ahead('kubernetes', kubernetes, (client, signal) =>
    client.serverTime(signal),
  );
  return { pods, workloads, logs, aheadMs };
}

/**
 * Reads the logs of the pipeline's containers, including sidecars and the runs before a restart. An
 * unreadable log does not affect the others.
 */
async function readStageLogs(round: Round, pods: readonly Pod[]): Promise<readonly StageLog[]> {
  const { windowMs, freshMs } = round;
  const { masker, kubernetes, clock } = round.sources;
  const wanted = wantedLogs(pods, round.sources, clock.now().getTime() - windowMs);
  const read = await mapBounded(wanted.slice(0, MAX_LOGS), LOGS_AT_ONCE, async (one) => {
    const { stage, pod, container, previous } = one;
    const about = { stage, pod, container: container.name, previous };
    if (!hasLog(container)) {
      return {
        ...about,
        log: notAsked(`it has not started yet: ${container.reason ?? 'it is waiting'}`),
      };
    }
    const startedAt = previous ? null : container.startedAt;
    const log = await round.ask('kubernetes', kubernetes, (client, context) =>
      readContainerLog(client, { ...about, windowMs, freshMs, startedAt }, masker, context),
    );
    return { ...about, log: unlessGone(log) };
  });
  const left = wanted.slice(MAX_LOGS).map(({ stage, pod, container, previous }) => ({
    ...{ stage, pod, container: container.name, previous },
    log: notAsked(`at most ${MAX_LOGS} logs are read`),
  }));
  return [...read, ...left];
}

/**
 * Errors for a log that does not exist, not yet or no longer: it was deleted on the node, or the
 * pod has been replaced.
 */
const LOG_GONE_CODES: ReadonlySet<string> = new Set([
  'CONTAINER_WAITING',
  'NO_PREVIOUS_LOG',
  'POD_NOT_FOUND',
]);

/** Turns a log that does not exist into not-asked, because it is not a failure of the service. */
function unlessGone<T>(log: Evidence<T>): Evidence<T> {
  const gone = log.status === 'failed' && !log.timedOut && LOG_GONE_CODES.has(log.failure.code);
  return gone ? notAsked(log.failure.message) : log;
}

/** Returns the logs to read, starting with the first pods of each stage. */
function wantedLogs(
  pods: readonly Pod[],
  { catalogue, serverVersion }: Pick<QueueSources, 'catalogue' | 'serverVersion'>,
  since: number,
): readonly WantedLog[] {
  const services = servicesAmong(pods, catalogue);
  const { pipeline } = choosePipeline({ services, version: serverVersion });
  const rounds: WantedLog[][] = [];
  for (const stage of STAGES) {
    const own = pods.filter(
      (pod) => stageOf(catalogue.serviceOf(pod)?.name ?? null, pipeline) === stage,
    );
    for (const [round, pod] of own.filter(isWorthReading).entries()) {
      rounds[round] = [...(rounds[round] ?? []), ...logsOf(pod, stage, since)];
    }
  }
  return rounds.flat();
}

/** Returns whether a pod can hold builds up: not if it has completed or was evicted. */
function isWorthReading(pod: Pod): boolean {
  const { health } = judgePod(pod);
  return health !== 'completed' && health !== 'left-behind';
}

function logsOf(pod: Pod, stage: Stage, since: number): readonly WantedLog[] {
  return pod.containers.flatMap((container): readonly WantedLog[] => {
    const one = { stage, pod: pod.name, container };
    const ended = container.lastTermination?.finishedAt ?? null;
    const restarted = container.restarts > 0 && ended !== null && ended.getTime() >= since;
    // While a container waits for its restart, the kubelet has only the log of the previous run.
    if (container.state === 'waiting' && container.lastTermination !== null) {
      return [{ ...one, previous: true }];
    }
    return restarted
      ? [
          { ...one, previous: false },
          { ...one, previous: true },
        ]
      : [{ ...one, previous: false }];
  });
}

function hasLog({ state, lastTermination }: Container): boolean {
  return state !== 'waiting' || lastTermination !== null;
}
