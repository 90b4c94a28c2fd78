import type { DrainSpec } from '../client.ts';
import type { Allocation, DrainStrategy, NomadNode } from '../model.ts';

/** A client to drain, with its current state. */
export interface DrainTarget {
  readonly node: NomadNode;
  /** The drain in progress; null if there is none, or if it is unknown. */
  readonly strategy: DrainStrategy | null;
  /** The allocations on the client that are live by client status. */
  readonly live: readonly Allocation[];
}

/** The action of a drain for one client. */
export type DrainAction =
  /** Starts a drain. */
  | 'drain'
  /**
   * Waits for a drain of the same kind that is already in progress. Setting it again would restart
   * its deadline.
   */
  | 'join'
  /** Replaces a drain of another kind that is in progress. */
  | 'replace'
  /** The client is ineligible and not draining, and has no live allocations. */
  | 'already-drained';

/**
 * Determines the action for a client, so that a drain that is run again continues from the current
 * state.
 */
export function drainAction(target: DrainTarget, spec: DrainSpec): DrainAction {
  const { node, strategy, live } = target;
  if (strategy) return fitsSpec(strategy, spec) ? 'join' : 'replace';
  if (node.draining) return 'replace';
  return !node.eligible && live.length === 0 ? 'already-drained' : 'drain';
}

/** Returns whether a drain in progress is the requested one. */
export function fitsSpec(strategy: DrainStrategy, spec: DrainSpec): boolean {
  if (strategy.ignoreSystemJobs !== (spec.ignoreSystemJobs ?? false)) return false;
  if (spec.deadline === null) return strategy.kind === 'no-deadline';
  if (spec.deadline === 'force') return strategy.kind === 'force';
  return strategy.kind === 'deadline' && strategy.deadlineMs === spec.deadline;
}
