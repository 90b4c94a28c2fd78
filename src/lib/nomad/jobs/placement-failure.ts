import { formatBytes } from '../../units.ts';
import type { NomadNode, PlacementFailure, Resources } from '../model.ts';
import { takesBuilds } from '../nodes/select-nodes.ts';
import { count } from '../quantities.ts';
import type { PendingDetails, PendingFacts, PendingKind, PendingReason } from './pending-reason.ts';

/** A reason without the evaluation that contains it. */
export type FailureReason = Omit<PendingReason, 'details'> & {
  readonly details: Pick<PendingDetails, 'failure' | 'asked' | 'largest'>;
};

/**
 * Nomad names the constraint when it filters a class of clients for the first time, and uses this
 * text from then on.
 */
const CLASS_WORD = 'computed class ineligible';

interface Situation {
  readonly failure: PlacementFailure;
  readonly required: Resources | null;
  /**
   * The clients that accept builds in the job's datacenters and node pool; null if they were not
   * read.
   */
  readonly open: readonly NomadNode[] | null;
  /** The clients there that do not accept builds now. */
  readonly closed: readonly NomadNode[];
  readonly largest: PendingDetails['largest'];
}

/** Explains the placement failure of one task group (field names as in Nomad's AllocMetric). */
export function explainFailure(
  failure: PlacementFailure,
  facts: Pick<PendingFacts, 'taskGroups' | 'datacenters' | 'nodePool' | 'nodes'>,
): FailureReason {
  const group = facts.taskGroups?.find((candidate) => candidate.name === failure.taskGroup);
  const datacenters = facts.datacenters ?? Object.keys(failure.nodesAvailable);
  const inDatacenter = facts.nodes?.filter((node) => isIn(node, datacenters)) ?? null;
  const inPlace = inDatacenter?.filter((node) => isInPool(node, facts.nodePool)) ?? null;
  const open = inPlace?.filter(takesBuilds) ?? null;
  const situation: Situation = {
    failure,
    required: group?.resources ?? null,
    open,
    closed: inPlace?.filter((node) => !takesBuilds(node)) ?? [],
    largest: open ? largestOf(open) : null,
  };
  if (failure.quotaExhausted.length > 0) return quota(situation);
  if (facts.nodes && facts.nodes.length > 0 && inPlace?.length === 0) {
    return facts.nodePool !== null && inDatacenter && inDatacenter.length > 0
      ? unknownNodePool(situation, facts.nodePool)
      : unknownDatacenter(situation, datacenters);
  }
  if (failure.nodesEvaluated === 0 || open?.length === 0) return noClients(situation, facts.nodes);
  const { nodesFiltered, nodesExhausted } = failure;
  if (nodesExhausted === 0 && nodesFiltered > 0) return filtered(situation);
  if (isTooLarge(situation)) return tooLarge(situation);
  return nodesFiltered > 0 ? mixedFailure(situation) : full(situation);
}

function noClients(situation: Situation, nodes: readonly NomadNode[] | null): FailureReason {
  const now = situation.open?.length ?? 0;
  if (now > 0) {
    return reason(situation, 'no-clients', {
      text: `no client was there for it when Nomad last tried; ${count(now, 'client')} ${now === 1 ? 'accepts' : 'accept'} builds now`,
      remedy: 'If this continues, check the datacenter and the node pool that it requires.',
      moreClientsHelp: null,
    });
  }
  const others = nodes?.filter((node) => !takesBuilds(node)) ?? [];
  const states = closedStates(others);
  return reason(situation, 'no-clients', {
    text: `no client accepts builds${states === '' ? '' : `: ${states}`}`,
    remedy:
      others.length > 0
        ? 'Add clients, or make one eligible again: circleci-admin nomad drain --disable NODE'
        : 'Add clients.',
    moreClientsHelp: true,
  });
}

/** Returns text such as `3 down, 1 draining`; empty if every client accepts builds. */
function closedStates(closed: readonly NomadNode[]): string {
  const states = [
    [closed.filter((node) => node.status === 'down').length, 'down'],
    [closed.filter((node) => node.draining && node.status !== 'down').length, 'draining'],
    [
      closed.filter((node) => !node.eligible && !node.draining && node.status === 'ready').length,
      'ineligible',
    ],
  ] as const;
  return states
    .filter(([amount]) => amount > 0)
    .map(([amount, word]) => `${amount} ${word}`)
    .join(', ');
}

function unknownDatacenter(situation: Situation, datacenters: readonly string[]): FailureReason {
  const names = datacenters.map((name) => `"${name}"`).join(' or ');
  return reason(situation, 'unknown-datacenter', {
    text: `it requires datacenter ${names}, which has no client`,
    remedy: "CircleCI's clients must be in datacenter default: check the clients' configuration.",
    moreClientsHelp: false,
  });
}

function unknownNodePool(situation: Situation, pool: string): FailureReason {
  return reason(situation, 'unknown-node-pool', {
    text: `it requires node pool "${pool}", which has no client`,
    remedy: "CircleCI's clients must be in node pool default: check the clients' configuration.",
    moreClientsHelp: false,
  });
}

function quota(situation: Situation): FailureReason {
  return reason(situation, 'quota', {
    text: `quota exhausted: ${situation.failure.quotaExhausted.join(', ')}`,
    remedy: 'Raise the quota in Nomad, or wait for builds to end.',
    moreClientsHelp: false,
  });
}

function filtered(situation: Situation): FailureReason {
  const { failure } = situation;
  const named = Object.entries(failure.constraintFiltered).filter(([name]) => name !== CLASS_WORD);
  const drivers = named.filter(([name]) => /^missing drivers/i.test(name));
  const scope = `${failure.nodesFiltered} of ${count(failure.nodesEvaluated, 'client')}`;
  if (drivers.length > 0 && drivers.length === named.length) {
    return reason(situation, 'driver-missing', {
      text: `${scope} lack the driver that its task requires`,
      remedy: "Check the drivers in a client's attributes: raw_exec must be enabled.",
      moreClientsHelp: false,
    });
  }
  if (named.length > 0) {
    return reason(situation, 'constraint', {
      text: `${constraintText(named)} filters out ${scope}`,
      remedy:
        'More clients of this kind do not help: add one that meets the constraint, or change the constraint.',
      moreClientsHelp: false,
    });
  }
  const classes = Object.keys(failure.classFiltered).join(', ');
  return reason(situation, 'class-filtered', {
    text: `${scope} are filtered out by their class${classes ? ` (${classes})` : ''}`,
    remedy: 'More clients of this class do not help: add one of another class.',
    moreClientsHelp: false,
  });
}

function mixedFailure(situation: Situation): FailureReason {
  const { failure } = situation;
  const named = Object.entries(failure.constraintFiltered).filter(([name]) => name !== CLASS_WORD);
  const by = named.length > 0 ? ` by ${constraintText(named)}` : '';
  return reason(situation, 'mixed', {
    text:
      `${failure.nodesFiltered} of ${count(failure.nodesEvaluated, 'client')} filtered out${by}, ` +
      `${failure.nodesExhausted} full${dimensions(failure)}`,
    remedy: 'Wait for builds to end, or add clients of the kind that is not filtered out.',
    moreClientsHelp: true,
  });
}

function full(situation: Situation): FailureReason {
  const { failure, required, open } = situation;
  const clients = count(failure.nodesExhausted, 'client');
  const needs = required ? `; it requires ${formatResources(required)}` : '';
  const compared = required !== null && open?.some((node) => node.resources !== null);
  if (!compared) {
    return reason(situation, 'exhausted', {
      text: `${clients} without enough free capacity${dimensions(failure)}${needs}`,
      remedy: null,
      moreClientsHelp: null,
    });
  }
  return reason(situation, 'all-full', {
    text: `all clients are full (${clients}${dimensions(failure, ', short of ', '')})${needs}`,
    remedy: addClients(situation),
    moreClientsHelp: true,
  });
}

/** Clients that only have to be made eligible again are often the quickest capacity. */
function addClients({ closed }: Situation): string {
  const states = closedStates(closed);
  if (states === '') return 'Wait for builds to end, or add clients.';
  return `Wait for builds to end, add clients, or make those that accept no builds eligible (${states}).`;
}

function tooLarge(situation: Situation): FailureReason {
  const { required, largest } = situation;
  const needs: string[] = [];
  const has: string[] = [];
  if (required && largest && required.cpuMhz > largest.cpuMhz) {
    needs.push(`${required.cpuMhz} MHz CPU`);
    has.push(`${largest.cpuMhz} MHz`);
  }
  if (required && largest && required.memoryBytes > largest.memoryBytes) {
    needs.push(`${formatBytes(required.memoryBytes)} memory`);
    has.push(formatBytes(largest.memoryBytes));
  }
  const text =
    needs.length > 0
      ? `requires ${needs.join(' and ')}; the largest client has ${has.join(' and ')}`
      : `requires ${required ? formatResources(required) : 'more'}; no client has both`;
  return reason(situation, 'too-large', {
    text,
    remedy:
      'More clients of this size do not help: add a larger one, or use a smaller resource class.',
    moreClientsHelp: false,
  });
}

/** Returns whether no client is large enough even when empty; false if a size is unknown. */
function isTooLarge({ required, open }: Situation): boolean {
  if (required === null || open === null || open.length === 0) return false;
  return open.every((node) => {
    const room = roomOf(node);
    if (room === null) return false;
    const disk = room.diskBytes !== null && (required.diskBytes ?? 0) > room.diskBytes;
    return required.cpuMhz > room.cpuMhz || required.memoryBytes > room.memoryBytes || disk;
  });
}

function largestOf(nodes: readonly NomadNode[]): PendingDetails['largest'] {
  const rooms = nodes.map(roomOf).filter((room) => room !== null);
  if (rooms.length === 0) return null;
  return {
    cpuMhz: Math.max(...rooms.map((room) => room.cpuMhz)),
    memoryBytes: Math.max(...rooms.map((room) => room.memoryBytes)),
  };
}

/** Returns the resources that Nomad may allocate on a node: all except those that it reserves. */
function roomOf({ resources, reserved }: NomadNode): Resources | null {
  if (resources === null) return null;
  return {
    cpuMhz: resources.cpuMhz - (reserved?.cpuMhz ?? 0),
    memoryBytes: resources.memoryBytes - (reserved?.memoryBytes ?? 0),
    diskBytes:
      resources.diskBytes === null ? null : resources.diskBytes - (reserved?.diskBytes ?? 0),
  };
}

/** Datacenters may contain globs since Nomad 1.5. */
function isIn(node: NomadNode, datacenters: readonly string[]): boolean {
  if (node.datacenter === null || datacenters.length === 0) return true;
  return datacenters.some((name) => name.includes('*') || name === node.datacenter);
}

/** Every client is in the pool `all`; there are no pools before Nomad 1.6. */
function isInPool(node: NomadNode, pool: string | null): boolean {
  return pool === null || pool === 'all' || node.nodePool === null || node.nodePool === pool;
}

function reason(
  situation: Situation,
  kind: PendingKind,
  words: Pick<PendingReason, 'text' | 'remedy' | 'moreClientsHelp'>,
): FailureReason {
  const { failure, required, largest } = situation;
  return { kind, ...words, details: { failure, asked: required, largest } };
}

function constraintText(named: readonly (readonly [string, number])[]): string {
  const names = named.map(([name]) => name);
  return `${names.length === 1 ? 'constraint' : 'constraints'} ${names.join(', ')}`;
}

function dimensions(failure: PlacementFailure, open = ' (', close = ')'): string {
  const names = Object.keys(failure.dimensionExhausted);
  return names.length > 0 ? `${open}${names.join(', ')}${close}` : '';
}

function formatResources(required: Resources): string {
  return `${required.cpuMhz} MHz CPU and ${formatBytes(required.memoryBytes)} memory`;
}
