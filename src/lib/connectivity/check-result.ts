import type { ProbeResult } from './examine.ts';
import type { PortCheck } from './probes.ts';

/** The result of a check from a client or a service. */
export interface CheckResult extends Omit<ProbeResult, 'clientId' | 'client' | 'check'> {
  /** The client that ran the check; null for a service. */
  readonly clientId: string | null;
  readonly client: string | null;
  /** The service and its pod that ran the check; null for a client. */
  readonly service: string | null;
  readonly pod: string | null;
  /** `ssh` and `exec` report that the client or pod itself could not be reached. */
  readonly check: PortCheck | 'dns' | 'ssh' | 'exec';
}

/** Converts a client's result. */
export function ofClient(result: ProbeResult): CheckResult {
  return { ...result, service: null, pod: null };
}
