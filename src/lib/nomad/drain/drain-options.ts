import type { Clock, Milliseconds } from '../../clock.ts';
import type { NomadClient } from '../client.ts';

/** What a drain asks of Nomad. */
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
  | 'setEligibility'
>;

/** How clients are drained. */
export interface DrainOptions {
  readonly clock: Clock;
  /** Ends the watching. Drains that are set go on. */
  readonly signal: AbortSignal;
  /** How long to wait, in milliseconds; null waits for ever. */
  readonly timeoutMs: Milliseconds | null;
  /** Sets the drains, and does not wait. */
  readonly detach?: boolean;
  /** How many clients are changed at once; 10 where it is left out. */
  readonly concurrency?: number;
  /** For how long a failing Nomad is asked again, in milliseconds; 5 minutes where it is left out. */
  readonly patienceMs?: Milliseconds;
}
