/** The severity of an outage of a service, from the operations guide's icons. */
export type Severity = 'critical' | 'degraded' | 'minor' | 'unknown';

/** A service in the catalogue. */
export interface Service {
  readonly name: string;
  readonly role: string;
  /** The impact of an outage; null if unknown. */
  readonly impact: string | null;
  readonly severity: Severity;
  /** Whether the severity is uncertain because the guide's icon could not be read. */
  readonly inferred?: true;
  /** Whether it can run outside the cluster; null if the sources differ. */
  readonly externalisable: boolean | null;
  /** Whether its loss loses builds or their output. */
  readonly losesBuilds?: true;
  /** Whether it runs only at the start of the server and then ends. */
  readonly startUpOnly?: true;
  /** The condition under which an installation has the service; undefined for always. */
  readonly condition?: string;
  /** The first server version with it, as major.minor. */
  readonly since: string;
  /** The last server version with it, `3.99` for the last 3.x; undefined if it still exists. */
  readonly until?: string;
  /**
   * The names of its workloads, without the hashes and numbers of pods; its own name by default. A
   * trailing `-` matches any suffix, a `*` any text.
   */
  readonly workloads?: readonly string[];
  /** Label selectors that match its pods in some version. */
  readonly labels?: readonly string[];
  /** The services that need it. */
  readonly neededBy?: readonly string[];
  /** Services that replaced it in the version after `until`. */
  readonly replacedBy?: readonly string[];
}

/** The severities in order, worst first. */
export const SEVERITY_ORDER: readonly Severity[] = ['critical', 'degraded', 'unknown', 'minor'];
