import type { AllocationRecord, EvaluationRecord, NodeRecord } from '../records.ts';
import type { Table } from '../table.ts';
import { CliFailure, type Session } from './session.ts';
import { ago, columns, shortId } from './text.ts';

/**
 * Finds the node with an ID prefix. Like the real CLI, it drops the last digit of a prefix of odd
 * length (hashicorp/nomad#11619), which may select a different node than intended.
 *
 * @throws CliFailure for no match and for several
 */
export function findNode(session: Session, id: string, wording = 'prefix or id'): NodeRecord {
  const matches = lookUp(session.core.state.nodes, id);
  const [node, ...others] = matches;
  if (node === undefined) throw new CliFailure(`No node(s) with ${wording} "${id}" found`);
  if (others.length === 0) return node;
  const rows = [
    ['ID', 'DC', 'Name', 'Class', 'Drain', 'Eligibility', 'Status'],
    ...newestFirst(matches).map((match) => [
      shortId(match.id, false),
      match.datacenter,
      match.name,
      match.nodeClass,
      String(match.drain !== null),
      match.eligible ? 'eligible' : 'ineligible',
      match.status,
    ]),
  ];
  throw new CliFailure(`Prefix matched multiple nodes\n\n${columns(rows)}`);
}

/**
 * Finds the allocation with an ID prefix.
 *
 * @throws CliFailure for no match and for several
 */
export function findAllocation(session: Session, id: string): AllocationRecord {
  const matches = lookUp(session.core.state.allocations, id);
  const [allocation, ...others] = matches;
  if (allocation === undefined) {
    throw new CliFailure(`No allocation(s) with prefix or id "${id}" found`);
  }
  if (others.length === 0) return allocation;
  const table = allocationTable(session, newestFirst(matches), false);
  throw new CliFailure(`Prefix matched multiple allocations\n\n${table}`);
}

/**
 * Finds the evaluation with an ID prefix.
 *
 * @throws CliFailure for no match and for several
 */
export function findEvaluation(session: Session, id: string): EvaluationRecord {
  const matches = lookUp(session.core.state.evaluations, id);
  const [evaluation, ...others] = matches;
  if (evaluation === undefined) {
    throw new CliFailure(`No evaluation(s) with prefix or id "${id}" found`);
  }
  if (others.length === 0) return evaluation;
  const rows = [
    ['ID', 'Priority', 'Triggered By', 'Status', 'Placement Failures'],
    ...matches.map((match) => [
      shortId(match.id, false),
      String(match.priority),
      match.triggeredBy,
      match.status,
      String(match.failures !== null),
    ]),
  ];
  throw new CliFailure(`Prefix matched multiple evaluations\n\n${columns(rows)}`);
}

/** Returns the CLI's table of the allocations of a job or a node. */
export function allocationTable(
  session: Session,
  allocations: readonly AllocationRecord[],
  verbose: boolean,
): string {
  const now = session.core.context.clock.nowMs();
  const head = [
    'ID',
    'Node ID',
    'Task Group',
    'Version',
    'Desired',
    'Status',
    'Created',
    'Modified',
  ];
  return columns([
    head,
    ...allocations.map((allocation) => [
      shortId(allocation.id, verbose),
      shortId(allocation.nodeId, verbose),
      allocation.group.name,
      String(allocation.job.version),
      allocation.desired,
      allocation.client,
      ago(allocation.createdAt, now),
      ago(allocation.modifiedAt, now),
    ]),
  ]);
}

/** Sorts records newest first, as the API client sorts its lists. */
export function newestFirst<T extends { readonly createIndex: number }>(
  records: readonly T[],
): readonly T[] {
  return [...records].sort((a, b) => b.createIndex - a.createIndex);
}

function lookUp<T extends { readonly id: string }>(table: Table<T>, id: string): readonly T[] {
  if (id.length === 1) throw new CliFailure('Identifier must contain at least two characters.');
  const digits = id.replaceAll('-', '').length;
  return table.withPrefix(id.slice(0, id.length - (digits % 2)));
}
