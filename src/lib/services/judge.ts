import type { Pod, Workload } from '../kubernetes/model.ts';
import { judgePod, needsNoAttention, type PodJudgement } from '../pods/judge.ts';
import { workloadName } from '../pods/workload-name.ts';
import type { Catalogue } from './catalogue.ts';
import { agreeingVersion, carriesBuilds, generationOf } from './generation.ts';
import { SEVERITY_ORDER, type Service } from './service.ts';
import { isOfVersion, latestVersion } from './version.ts';

/** The current state of a service. */
export type ServiceState =
  /** None of its pods is ready. */
  | 'down'
  /** It is scaled to zero. */
  | 'stopped'
  /** It is not present but must be, because of the version or of services that need it. */
  | 'missing'
  /** Some of its pods are ready. */
  | 'partial'
  | 'up'
  /** It runs only at start-up, and has completed. */
  | 'done'
  /** It runs outside the cluster according to the profile. */
  | 'external'
  /** It is not present, and need not be. */
  | 'absent';

/** A service of the catalogue with its current state. */
export interface ServiceStatus {
  readonly name: string;
  /** Whether the service is in the catalogue; others are named after their workload. */
  readonly known: boolean;
  readonly state: ServiceState;
  /** Whether it is a complete or partial outage. */
  readonly outage: boolean;
  readonly role: string | null;
  readonly impact: string | null;
  readonly severity: Service['severity'];
  /** Whether the severity is uncertain. */
  readonly inferred: boolean;
  readonly externalisable: boolean | null;
  readonly losesBuilds: boolean;
  readonly startUpOnly: boolean;
  /** The condition under which an installation has the service; null for always. */
  readonly condition: string | null;
  /** The number of ready pods. */
  readonly ready: number;
  /** The number of desired pods; null if listing workloads is forbidden. */
  readonly wanted: number | null;
  readonly restarts: number;
  /** The names of its workloads in this installation. */
  readonly workloads: readonly string[];
  readonly pods: readonly string[];
  /**
   * Why its first unready pod is not ready, or what its absence means; null if nothing is wrong.
   */
  readonly why: string | null;
  /** The services that need it. */
  readonly neededBy: readonly string[];
  /** Services that replace it in later versions. */
  readonly replacedBy: readonly string[];
  /** Services of earlier versions that it replaces. */
  readonly replaces: readonly string[];
}

/** The evidence about services. */
export interface ServiceEvidence {
  readonly pods: readonly Pod[];
  /** Null if listing them is forbidden. */
  readonly workloads: readonly Workload[] | null;
  /** The server's version as major.minor; null if unknown. */
  readonly version: string | null;
}

const STATE_ORDER: readonly ServiceState[] = [
  'down',
  'missing',
  'stopped',
  'partial',
  'up',
  'done',
  'external',
  'absent',
];

/** Returns every service with its state: outages first, most severe first. */
export function judgeServices(
  catalogue: Catalogue,
  evidence: ServiceEvidence,
): readonly ServiceStatus[] {
  const parts = new Map<string, Part>();
  const partOf = (service: Service | null, workload: string): Part => {
    const name = service?.name ?? workload;
    const part = parts.get(name) ?? { service, name, pods: [], workloads: [] };
    parts.set(name, part);
    return part;
  };
  for (const service of catalogue.services) partOf(service, service.name);
  for (const pod of evidence.pods) {
    partOf(catalogue.serviceOf(pod), workloadName(pod)).pods.push(pod);
  }
  for (const workload of evidence.workloads ?? []) {
    const { name } = workload;
    const like = { name, owner: null, labels: { ...workload.labels, ...workload.selector } };
    partOf(catalogue.serviceOf(like), name).workloads.push(workload);
  }
  const present = [...parts.values()].filter(isPresent);
  const running = new Set(present.map(({ name }) => name));
  const scene = {
    ...{ catalogue, evidence, running },
    oldest: latestVersion(present.flatMap(({ service }) => service?.since ?? [])),
    version: agreeingVersion([evidence.version], generationOf(running)),
  };
  return [...parts.values()].map((part) => judge(part, scene)).sort(compareServices);
}

/** The context for judging a service. */
interface JudgementContext {
  readonly catalogue: Catalogue;
  readonly evidence: ServiceEvidence;
  /** The names of the services that are present. */
  readonly running: ReadonlySet<string>;
  /** The oldest version with all services that are present; null if there are none. */
  readonly oldest: string | null;
  /** The version in the profile, unless the running services contradict it; null if unknown. */
  readonly version: string | null;
}

interface Part {
  readonly service: Service | null;
  readonly name: string;
  readonly pods: Pod[];
  readonly workloads: Workload[];
}

interface JudgedPod {
  readonly pod: Pod;
  readonly judgement: PodJudgement;
}

function isPresent({ pods, workloads }: Part): boolean {
  return pods.length > 0 || workloads.length > 0;
}

/** Sorts outages first, then by severity, then by the extent of the outage. */
function compareServices(a: ServiceStatus, b: ServiceStatus): number {
  return (
    Number(b.outage) - Number(a.outage) ||
    SEVERITY_ORDER.indexOf(a.severity) - SEVERITY_ORDER.indexOf(b.severity) ||
    STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) ||
    (a.name < b.name ? -1 : 1)
  );
}

function judge(part: Part, scene: JudgementContext): ServiceStatus {
  const { service, name, pods } = part;
  const { evidence } = scene;
  const judged = withoutRetried(pods.map((pod) => ({ pod, judgement: judgePod(pod) })));
  const ready = judged.filter(({ judgement }) => judgement.health === 'ready').length;
  const ill = judged.find(({ judgement }) => !needsNoAttention(judgement));
  const wanted = wantedOf(part, judged.length, evidence.workloads !== null);
  const absence = isPresent(part) ? null : absenceOf(part, scene);
  const state = absence?.state ?? stateOf(part, { ready, wanted, judged });
  const startUpOnly = service?.startUpOnly ?? false;
  return {
    name,
    known: service !== null,
    state,
    outage: ['down', 'stopped', 'missing', 'partial'].includes(state),
    role: service?.role ?? null,
    impact: service?.impact ?? null,
    severity: service?.severity ?? 'unknown',
    inferred: service?.inferred ?? false,
    externalisable: service?.externalisable ?? null,
    losesBuilds: service?.losesBuilds ?? false,
    startUpOnly,
    condition: service?.condition ?? null,
    ready,
    wanted,
    restarts: judged.reduce((sum, { judgement }) => sum + judgement.restarts, 0),
    workloads: [
      ...new Set([
        ...part.workloads.map((one) => one.name),
        ...pods.map((pod) => workloadName(pod)),
      ]),
    ].sort(),
    pods: pods.map((pod) => pod.name).sort(),
    why: ill ? (ill.judgement.why ?? ill.judgement.status) : reasonOf(state, absence),
    neededBy: service?.neededBy ?? [],
    replacedBy: service?.replacedBy ?? [],
    replaces: scene.catalogue.replacedBy(name),
  };
}

/** Excludes failed pods of a Job of which another pod completed successfully. */
function withoutRetried(judged: readonly JudgedPod[]): readonly JudgedPod[] {
  const done = new Set(
    judged.flatMap(({ pod, judgement }) =>
      judgement.health === 'completed' && pod.owner?.kind === 'Job' ? pod.owner.name : [],
    ),
  );
  return judged.filter(
    ({ pod, judgement }) =>
      judgement.health !== 'not-ready' || pod.owner?.kind !== 'Job' || !done.has(pod.owner.name),
  );
}

/**
 * Returns the number of desired pods. Pods of Jobs do not count; each pod without a workload does.
 */
function wantedOf({ workloads, pods }: Part, seen: number, listed: boolean): number | null {
  if (workloads.length > 0) return workloads.reduce((sum, { replicas }) => sum + replicas, 0);
  if (pods.length > 0 && pods.every(({ owner }) => owner?.kind === 'Job')) return 0;
  if (!listed) return seen === 0 ? null : seen;
  return pods.filter(({ owner }) => owner?.kind !== 'Job').length;
}

function stateOf(
  { service, pods, workloads }: Part,
  found: {
    readonly ready: number;
    readonly wanted: number | null;
    readonly judged: readonly JudgedPod[];
  },
): ServiceState {
  const { ready, wanted, judged } = found;
  const lasting = judged.filter(
    ({ judgement }) => !['completed', 'left-behind'].includes(judgement.health),
  );
  const once =
    service?.startUpOnly || (pods.length > 0 && pods.every(({ owner }) => owner?.kind === 'Job'));
  if (once && workloads.length === 0) {
    const failing = lasting.some(({ judgement }) => judgement.health === 'not-ready');
    if (failing) return 'down';
    return lasting.length > 0 ? 'up' : 'done';
  }
  if (workloads.length > 0 && wanted === 0) return once ? 'done' : 'stopped';
  const whole = Math.max(wanted ?? 0, 1);
  if (ready >= whole) return 'up';
  return ready === 0 ? 'down' : 'partial';
}

function reasonOf(state: ServiceState, absence: Absence | null): string | null {
  return state === 'stopped' ? 'it is scaled to zero' : (absence?.why ?? null);
}

/** The meaning of a service's absence. */
interface Absence {
  readonly state: 'external' | 'missing' | 'absent';
  /** Null if the service need not be present. */
  readonly why: string | null;
}

/**
 * Only a service that every installation has can be missing. If the version is unknown, a service
 * is missing if a running one needs it; otherwise this stays undecided.
 */
function absenceOf(
  { service, name }: Part,
  { catalogue, evidence, running, oldest, version }: JudgementContext,
): Absence {
  const { workloads } = evidence;
  if (catalogue.external.has(name)) return { state: 'external', why: null };
  if (service === null || service.startUpOnly || service.condition !== undefined)
    return NOT_EXPECTED;
  const reckoned = version ?? oldest;
  if (reckoned === null || !isOfVersion(service, reckoned)) return NOT_EXPECTED;
  const carries = carriesBuilds(name, reckoned);
  if (service.severity === 'unknown' && !carries) return NOT_EXPECTED;
  if (workloads === null) return { state: 'absent', why: 'it has no pod in this namespace' };
  if (carries) {
    return { state: 'missing', why: `it is missing, and server ${reckoned} needs it for builds` };
  }
  // The guide does not say that legacy-dispatcher cannot run outside the cluster, but it cannot. It
  // was removed within 3.x, so it is missing only if the version is known.
  const leaves = service.name === 'legacy-dispatcher';
  if (service.externalisable !== false && !leaves) {
    return {
      state: 'absent',
      why: 'it is missing, and the profile does not list it as external',
    };
  }
  if (version !== null) {
    return { state: 'missing', why: `it is missing, and server ${version} requires it` };
  }
  const needing = (service.neededBy ?? []).filter((other) => running.has(other));
  if (needing.length > 0 && !leaves) {
    const verb = needing.length === 1 ? 'needs' : 'need';
    return { state: 'missing', why: `it is missing, and ${needing.join(', ')} ${verb} it` };
  }
  return {
    state: 'absent',
    why: 'it is missing, and the profile does not set the version of the server',
  };
}

const NOT_EXPECTED: Absence = { state: 'absent', why: null };
