/** How bad it is when a service is down, as the operations guide's icons say. */
export type Severity = 'critical' | 'degraded' | 'minor' | 'unknown';

/** A service of the installation, as the catalogue has it. */
export interface Service {
  readonly name: string;
  readonly role: string;
  /** What happens when it is down; null where nobody says. */
  readonly impact: string | null;
  readonly severity: Severity;
  /** The severity is doubtful: the guide's icon could not be read. */
  readonly inferred?: true;
  /** Whether it may be run outside of the cluster; null where the sources differ. */
  readonly externalisable: boolean | null;
  /** Losing it loses builds, or what they have put out. */
  readonly losesBuilds?: true;
  /** Runs when the server starts, and ends. */
  readonly startUpOnly?: true;
  /** When an installation has it at all; always where it is left out. */
  readonly condition?: string;
  /** First version of the server that has it, as major.minor. */
  readonly since: string;
  /** Last version that has it; `3.99` for the last 3.x. Left out while it goes on. */
  readonly until?: string;
  /**
   * What its workloads are called, without a pod's hashes and numbers; its name where this is left
   * out. A `-` at the end stands for whatever follows, a `*` for anything.
   */
  readonly workloads?: readonly string[];
  /** Label selectors that its pods match in some version. */
  readonly labels?: readonly string[];
  /** Services that do not work without it. */
  readonly neededBy?: readonly string[];
}

/** Order of severities, worst first. */
export const SEVERITY_ORDER: readonly Severity[] = ['critical', 'degraded', 'unknown', 'minor'];
