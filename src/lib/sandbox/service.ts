import type { CallLog } from './call-log.ts';
import type { SandboxClock } from './clock.ts';
import type { FaultPlan } from './faults.ts';
import type { Random } from './random.ts';

/** What every part of the sandbox is handed when it is made. */
export interface SandboxContext {
  readonly clock: SandboxClock;
  /** Seeded: the same seed and sizes make the same installation. */
  readonly random: Random;
  /** Faults that a scenario or a test injects, looked up once for every request. */
  readonly faults: FaultPlan;
  /** Counts every request, reads and writes apart, so that tests can say "nothing was touched". */
  readonly calls: CallLog;
}

/**
 * One simulated service on loopback. A new part of the installation (the admin REST API, the orb
 * registry, a cloud) is one more of these, listed in `sandbox.ts`.
 */
export interface SandboxService {
  /** The name that faults and call counts go by: `kubernetes`, `nomad`, ... */
  readonly name: string;
  /** Listens on a free loopback port. */
  start(): Promise<void>;
  /** Ends every connection and stops listening. */
  stop(): Promise<void>;
  /** Environment variables that point a client at this service, such as `NOMAD_ADDR`. */
  environment(): Readonly<Record<string, string>>;
}
