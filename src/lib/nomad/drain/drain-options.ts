import type { Clock, Milliseconds } from '../../clock.ts';
import type { NomadClient } from '../client.ts';

/** The part of the Nomad client that drains clients. */
export type DrainClient = Pick<
  NomadClient,
  | 'nodes'
  | 'node'
  | 'nodeAllocations'
  | 'allocations'
  | 'allocation'
  | 'job'
  | 'jobAllocations'
  | 'drain'
  | 'cancelDrain'
  | 'setEligibility'
>;

/** The options of draining clients. */
export interface DrainOptions {
  readonly clock: Clock;
  /** Ends the wait. Drains that were set continue. */
  readonly signal: AbortSignal;
  /** How long to wait, in milliseconds; null for no limit. */
  readonly timeoutMs: Milliseconds | null;
  /** Whether to set the drains without waiting for their end. */
  readonly detach?: boolean;
  /** How many clients are changed concurrently; 10 by default. */
  readonly concurrency?: number;
  /** How long requests are retried while Nomad fails, in milliseconds; 5 minutes by default. */
  readonly patienceMs?: Milliseconds;
}
