import type { CallLog } from './call-log.ts';
import type { SandboxClock } from './clock.ts';
import type { FaultPlan } from './faults.ts';
import type { Random } from './random.ts';

/** The context shared by all parts of the sandbox. */
export interface SandboxContext {
  readonly clock: SandboxClock;
  /** Seeded, so that the same seed and sizes create the same installation. */
  readonly random: Random;
  /** The faults injected by a scenario or a test, looked up once per request. */
  readonly faults: FaultPlan;
  /** Counts reads and writes of all services, so that tests can verify that nothing was changed. */
  readonly calls: CallLog;
}

/**
 * A simulated service on loopback. A new part of the installation (the admin REST API, the orb
 * registry, a cloud) implements this interface and is listed in `sandbox.ts`.
 */
export interface SandboxService {
  /** The name used in faults and call counts: `kubernetes`, `nomad`, ... */
  readonly name: string;
  /** Starts to listen on a free loopback port. */
  start(): Promise<void>;
  /** Closes all connections and stops listening. */
  stop(): Promise<void>;
  /**
   * Returns the environment variables that point a client at this service, such as `NOMAD_ADDR`.
   */
  environment(): Readonly<Record<string, string>>;
}
