import { formatDuration } from '../../units.ts';
import type { DrainSpec } from '../client.ts';
import { isSystem, placedBuild } from '../jobs/placed-build.ts';
import type { DrainStrategy, NodeStatus, NomadNode } from '../model.ts';
import { takesBuilds } from '../nodes/find-node.ts';
import { count } from '../quantities.ts';
import { type DrainAction, type DrainTarget, drainAction } from './drain-action.ts';
import type { ClientName, DrainReport, PlacedBuild } from './drain-events.ts';
import { DrainProgress } from './drain-progress.ts';
import { drainReport } from './drain-report.ts';
import { clockTime, namedBuilds } from './drain-words.ts';

/** A client of a {@link DrainPlan}. */
export interface PlannedClient extends ClientName {
  readonly status: NodeStatus;
  readonly eligible: boolean;
  /** The drain that is already in progress. */
  readonly drain: DrainStrategy | null;
  readonly action: DrainAction;
  readonly builds: readonly PlacedBuild[];
}

/** What a drain is going to do. */
export interface DrainPlan {
  readonly clients: readonly PlannedClient[];
  readonly deadlineMs: number | null;
  /** When builds that still run are killed if the drain is set now; null without a deadline. */
  readonly killsAt: Date | null;
  readonly force: boolean;
  /** The number of clients that accept builds, before and after the drain is set. */
  readonly takingBuilds: { readonly before: number; readonly after: number };
  readonly warnings: readonly string[];
}

/** Plans a drain, with warnings of possible damage. */
export function planDrain(
  targets: readonly DrainTarget[],
  fleet: readonly NomadNode[],
  spec: DrainSpec,
  now: Date,
): DrainPlan {
  const clients = targets.map((target) => plannedClient(target, spec));
  const chosen = new Set(clients.map((client) => client.id));
  const taking = fleet.filter(takesBuilds);
  const left = taking.filter((node) => !chosen.has(node.id)).length;
  const { deadline } = spec;
  const plan = {
    clients,
    deadlineMs: typeof deadline === 'number' ? deadline : null,
    killsAt: typeof deadline === 'number' ? new Date(now.getTime() + deadline) : null,
    force: deadline === 'force',
    takingBuilds: { before: taking.length, after: left },
  };
  return {
    ...plan,
    warnings: [
      ...capacityWarning(plan),
      ...killWarning(plan, spec, now),
      ...clients.flatMap((client) => earlierDrainWarning(client, spec, now)),
      ...serviceWarning(plan, spec),
      ...downWarning(plan),
    ],
  };
}

/**
 * Returns the report of a drain whose clients are all drained already; null if there is anything
 * left to do.
 */
export function nothingToDrain(plan: DrainPlan, spec: DrainSpec, now: Date): DrainReport | null {
  if (plan.clients.some((client) => client.action !== 'already-drained')) return null;
  const done = plan.clients.map((client) => {
    const progress = new DrainProgress(client, spec, now);
    progress.alreadyDrained(client, now);
    return progress;
  });
  return drainReport(done, spec, now, new Map());
}

type PlanWithoutWarnings = Omit<DrainPlan, 'warnings'>;

function plannedClient(target: DrainTarget, spec: DrainSpec): PlannedClient {
  const { id, name, status, eligible } = target.node;
  return {
    id,
    name,
    status,
    eligible,
    drain: target.strategy,
    action: drainAction(target, spec),
    builds: target.live.map(placedBuild),
  };
}

function capacityWarning({ takingBuilds }: PlanWithoutWarnings): readonly string[] {
  if (takingBuilds.before === 0 || takingBuilds.after > 0) return [];
  return ['No other client accepts builds: new builds will stay queued until one does.'];
}

function killWarning(plan: PlanWithoutWarnings, spec: DrainSpec, now: Date): readonly string[] {
  const atRisk = plan.clients
    .flatMap((client) => client.builds)
    .filter((build) => !spec.ignoreSystemJobs || !isSystem(build));
  if (plan.force) {
    return atRisk.length === 0
      ? []
      : [`${count(atRisk.length, 'build')} will be killed at once: ${namedBuilds(atRisk)}.`];
  }
  if (plan.killsAt === null || plan.deadlineMs === null) return [];
  const when = `${clockTime(plan.killsAt, now)} (in ${formatDuration(plan.deadlineMs)})`;
  const running =
    atRisk.length === 0 ? 'none is running now' : `running now: ${namedBuilds(atRisk)}`;
  return [`Builds still running at ${when} will be killed; ${running}.`];
}

/** An earlier drain may kill builds at another time than the operator expects. */
function earlierDrainWarning(client: PlannedClient, spec: DrainSpec, now: Date): readonly string[] {
  const { drain, name } = client;
  if (drain?.kind !== 'deadline') return [];
  const kills = drain.forceAt ? `kills builds at ${clockTime(drain.forceAt, now)}` : 'kills builds';
  if (client.action === 'join') {
    return [`${name} is already draining and ${kills}: its deadline is not changed.`];
  }
  const instead = spec.deadline === null ? 'one that waits for its builds' : 'this one';
  return [`${name} is already draining and ${kills}: that drain is replaced by ${instead}.`];
}

function serviceWarning(plan: PlanWithoutWarnings, spec: DrainSpec): readonly string[] {
  const services = plan.clients
    .flatMap((client) => client.builds)
    .filter((build) => build.jobType === 'service' || (isSystem(build) && !spec.ignoreSystemJobs));
  if (services.length === 0) return [];
  return [`A drain does not wait for services: it stops ${namedBuilds(services)}.`];
}

function downWarning(plan: PlanWithoutWarnings): readonly string[] {
  const named = (status: NodeStatus): string =>
    plan.clients.flatMap((client) => (client.status === status ? client.name : [])).join(', ');
  const down = named('down');
  const disconnected = named('disconnected');
  return [
    ...(down ? [`Down, so their builds cannot be seen or waited for: ${down}.`] : []),
    ...(disconnected
      ? [`Disconnected, so their builds cannot be seen until they are back: ${disconnected}.`]
      : []),
  ];
}
