import type { ProbeResult } from './examine.ts';
import type { PortCheck } from './probes.ts';

/** What a client or a service has found out about one thing. */
export interface CheckResult extends Omit<ProbeResult, 'clientId' | 'client' | 'check'> {
  /** The client that was asked; null where it was a service. */
  readonly clientId: string | null;
  readonly client: string | null;
  /** The service that was asked, and its pod; null where it was a client. */
  readonly service: string | null;
  readonly pod: string | null;
  /** `ssh` and `exec` are the way there. */
  readonly check: PortCheck | 'dns' | 'ssh' | 'exec';
}

/** A client's result. */
export function ofClient(result: ProbeResult): CheckResult {
  return { ...result, service: null, pod: null };
}
