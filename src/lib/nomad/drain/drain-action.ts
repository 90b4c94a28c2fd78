import type { DrainSpec } from '../client.ts';
import type { Allocation, DrainStrategy, NomadNode } from '../model.ts';

/** A client that is to be drained, as it stands. */
export interface DrainTarget {
  readonly node: NomadNode;
  /** The drain that is going on there; null when there is none. */
  readonly strategy: DrainStrategy | null;
  /** What is placed on it and has not ended, by client status. */
  readonly live: readonly Allocation[];
}

/** What a drain does with a client. */
export type DrainAction =
  /** Sets a drain. */
  | 'drain'
  /** One of the same kind goes on already: waits for it. Setting it again would restart its clock. */
  | 'join'
  /** Another kind goes on: sets ours instead. */
  | 'replace'
  /** Ineligible, not draining, and nothing runs there. */
  | 'already-drained';

/** What is to be done with a client, so that a drain can be run again and goes on where it stands. */
export function drainAction(target: DrainTarget, spec: DrainSpec): DrainAction {
  const { node, strategy, live } = target;
  if (strategy) return fitsSpec(strategy, spec) ? 'join' : 'replace';
  if (node.draining) return 'replace';
  return !node.eligible && live.length === 0 ? 'already-drained' : 'drain';
}

/** Whether a drain that goes on is the one that is asked for. */
export function fitsSpec(strategy: DrainStrategy, spec: DrainSpec): boolean {
  if (strategy.ignoreSystemJobs !== (spec.ignoreSystemJobs ?? false)) return false;
  if (spec.deadline === null) return strategy.kind === 'no-deadline';
  if (spec.deadline === 'force') return strategy.kind === 'force';
  return strategy.kind === 'deadline' && strategy.deadlineMs === spec.deadline;
}
