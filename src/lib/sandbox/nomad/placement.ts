import type { Random } from '../random.ts';
import {
  type ConstraintRecord,
  type GroupSpec,
  isSchedulable,
  type JobRecord,
  type NodeRecord,
  type PlacementMetrics,
} from './records.ts';

/** The node chosen for a task group, or null with the reasons in the metrics. */
export interface Placement {
  readonly node: NodeRecord | null;
  readonly metrics: PlacementMetrics;
  /**
   * The computed classes that could run the group; null if a constraint on a unique node attribute
   * decides.
   */
  readonly classEligibility: Readonly<Record<string, boolean>> | null;
}

/** For a batch job, Nomad scores this many feasible nodes and takes the better one. */
const CANDIDATES = 2;

/**
 * Chooses a node for one more allocation of a group, as Nomad's scheduler/stack.go does. Ready
 * nodes are taken in random order and checked first for feasibility, once per computed class, then
 * for free resources.
 */
export function findPlacement(
  nodes: readonly NodeRecord[],
  job: JobRecord,
  group: GroupSpec,
  random: Random,
): Placement {
  const count = new Counter();
  for (const datacenter of job.datacenters) count.available[datacenter] = 0;
  const ready = nodes.filter((node) => {
    if (!isSchedulable(node) || !inDatacenters(node, job.datacenters)) return false;
    if (job.pool !== 'all' && node.pool !== job.pool) return false;
    count.available[node.datacenter] = (count.available[node.datacenter] ?? 0) + 1;
    return true;
  });
  const candidates: { readonly node: NodeRecord; readonly score: number }[] = [];
  const verdicts = new Map<string, boolean>();
  const offset = ready.length === 0 ? 0 : random.integer(0, ready.length - 1);
  for (let i = 0; i < ready.length && candidates.length < CANDIDATES; i += 1) {
    const node = ready[(offset + i) % ready.length];
    if (node === undefined) break;
    count.evaluated += 1;
    const reason = infeasibility(node, job, group, verdicts);
    if (reason !== null) {
      count.filter(node, reason);
      continue;
    }
    const dimension = exhaustedDimension(node, group);
    if (dimension !== null) count.exhaust(node, dimension);
    else candidates.push({ node, score: score(node, group) });
  }
  const best = candidates.reduce<(typeof candidates)[number] | null>(
    (chosen, other) => (chosen !== null && chosen.score >= other.score ? chosen : other),
    null,
  );
  return {
    node: best?.node ?? null,
    metrics: count.metrics(
      random.integer(40_000, 200_000),
      candidates.map(({ node, score }) => ({ nodeId: node.id, score })),
    ),
    classEligibility: constraintsOf(job, group).some(isUnique)
      ? null
      : Object.fromEntries(verdicts),
  };
}

class Counter {
  evaluated = 0;
  readonly available: Record<string, number> = {};
  #filtered = 0;
  #exhausted = 0;
  readonly #classFiltered: Record<string, number> = {};
  readonly #constraintFiltered: Record<string, number> = {};
  readonly #classExhausted: Record<string, number> = {};
  readonly #dimensionExhausted: Record<string, number> = {};

  filter(node: NodeRecord, reason: string): void {
    this.#filtered += 1;
    if (node.nodeClass !== '') bump(this.#classFiltered, node.nodeClass);
    bump(this.#constraintFiltered, reason);
  }

  exhaust(node: NodeRecord, dimension: string): void {
    this.#exhausted += 1;
    if (node.nodeClass !== '') bump(this.#classExhausted, node.nodeClass);
    bump(this.#dimensionExhausted, dimension);
  }

  metrics(allocationTimeNs: number, scores: PlacementMetrics['scores']): PlacementMetrics {
    return {
      nodesEvaluated: this.evaluated,
      nodesFiltered: this.#filtered,
      nodesExhausted: this.#exhausted,
      nodesAvailable: this.available,
      classFiltered: this.#classFiltered,
      constraintFiltered: this.#constraintFiltered,
      classExhausted: this.#classExhausted,
      dimensionExhausted: this.#dimensionExhausted,
      coalescedFailures: 0,
      allocationTimeNs,
      scores,
    };
  }
}

function bump(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function inDatacenters(node: NodeRecord, datacenters: readonly string[]): boolean {
  return datacenters.some((name) => name === '*' || name === node.datacenter);
}

function constraintsOf(job: JobRecord, group: GroupSpec): readonly ConstraintRecord[] {
  return [...job.constraints, ...group.constraints];
}

function isUnique(constraint: ConstraintRecord): boolean {
  return /\$\{[^}]*unique\.[^}]*\}/.test(constraint.left + constraint.right);
}

/** Returns why a node can never run a group; null if it can. */
function infeasibility(
  node: NodeRecord,
  job: JobRecord,
  group: GroupSpec,
  verdicts: Map<string, boolean>,
): string | null {
  const constraints = constraintsOf(job, group);
  const escaped = constraints.filter(isUnique);
  if (verdicts.get(node.computedClass) === false) return 'computed class ineligible';
  const shared = failingReason(
    node,
    constraints.filter((constraint) => !isUnique(constraint)),
    group,
  );
  verdicts.set(node.computedClass, shared === null);
  return shared ?? failingReason(node, escaped, null);
}

function failingReason(
  node: NodeRecord,
  constraints: readonly ConstraintRecord[],
  group: GroupSpec | null,
): string | null {
  if (group?.tasks.some((task) => !node.drivers.includes(task.driver))) return 'missing drivers';
  const failing = constraints.find((constraint) => !holds(node, constraint));
  return failing === undefined
    ? null
    : `${failing.left} ${failing.operand} ${failing.right}`.trim();
}

function holds(node: NodeRecord, constraint: ConstraintRecord): boolean {
  const left = resolve(node, constraint.left);
  const right = resolve(node, constraint.right);
  switch (constraint.operand) {
    case '=':
    case '==':
    case 'is':
      return left !== undefined && left === right;
    case '!=':
    case 'not':
      return left !== right;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return left !== undefined && right !== undefined && ordered(left, constraint.operand, right);
    case 'regexp':
      return left !== undefined && right !== undefined && new RegExp(right).test(left);
    case 'set_contains':
      return right?.split(',').every((item) => left?.split(',').includes(item)) ?? false;
    case 'is_set':
      return left !== undefined;
    case 'is_not_set':
      return left === undefined;
    default:
      return true;
  }
}

function ordered(left: string, operand: string, right: string): boolean {
  const numeric = Number(left) - Number(right);
  const order = Number.isNaN(numeric) ? (left < right ? -1 : left > right ? 1 : 0) : numeric;
  if (order === 0) return operand.endsWith('=');
  return order < 0 ? operand.startsWith('<') : operand.startsWith('>');
}

function resolve(node: NodeRecord, target: string): string | undefined {
  const name = /^\$\{(.+)\}$/.exec(target)?.[1];
  if (name === undefined) return target;
  if (name === 'node.class') return node.nodeClass;
  if (name === 'node.datacenter') return node.datacenter;
  if (name === 'node.pool') return node.pool;
  if (name === 'node.unique.id') return node.id;
  if (name === 'node.unique.name') return node.name;
  if (name.startsWith('attr.')) return node.attributes[name.slice('attr.'.length)];
  if (name.startsWith('meta.')) return node.meta[name.slice('meta.'.length)];
  return undefined;
}

/** Returns the first resource that a node has too little of for a group, in Nomad's order. */
function exhaustedDimension(node: NodeRecord, group: GroupSpec): string | null {
  const cpu = group.tasks.reduce((sum, task) => sum + task.cpuMhz, 0);
  const memory = group.tasks.reduce((sum, task) => sum + task.memoryMb, 0);
  if (node.usedCpuMhz + cpu > node.cpuMhz - node.reservedCpuMhz) return 'cpu';
  if (node.usedMemoryMb + memory > node.memoryMb - node.reservedMemoryMb) return 'memory';
  if (node.usedDiskMb + group.diskMb > node.diskMb) return 'disk';
  return null;
}

/** Returns Nomad's bin packing score (structs.ScoreFitBinPack), from 0 to 1. */
function score(node: NodeRecord, group: GroupSpec): number {
  const cpu = node.usedCpuMhz + group.tasks.reduce((sum, task) => sum + task.cpuMhz, 0);
  const memory = node.usedMemoryMb + group.tasks.reduce((sum, task) => sum + task.memoryMb, 0);
  const freeCpu = 1 - cpu / (node.cpuMhz - node.reservedCpuMhz);
  const freeMemory = 1 - memory / (node.memoryMb - node.reservedMemoryMb);
  return Math.min(18, Math.max(0, 20 - (10 ** freeCpu + 10 ** freeMemory))) / 18;
}
