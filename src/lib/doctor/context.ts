import type { LookupFunction } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Settings } from '../installation/settings.ts';
import type { ConfigValidation } from '../installation/validate-config.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Pod } from '../kubernetes/model.ts';
import type { NomadNode } from '../nomad/model.ts';
import type { HostInspection } from '../server/certificate.ts';
import type { ServerClient } from '../server/client.ts';
import type { AccessTests } from './nomad-access.ts';

/** The config file on disk. */
export interface ConfigFileFacts {
  readonly path: string;
  validate(): Promise<ConfigValidation>;
  /** Permission bits; null if there is no file, or on a platform without such bits. */
  mode(): Promise<number | null>;
}

/** The Kubernetes calls that checks use; commands use the same. */
export type ClusterUnderTest = Pick<
  KubernetesClient,
  | 'target'
  | 'logIn'
  | 'version'
  | 'serverTime'
  | 'kubeletVersions'
  | 'namespaceExists'
  | 'namespaceId'
  | 'can'
>;

/** The server's host. */
export interface HostUnderTest {
  readonly address: URL;
  /** Whether connections go through a proxy set in the environment. */
  readonly proxied: boolean;
  inspect(): Promise<HostInspection>;
}

/** The machine that runs the tool. */
export interface MachineFacts {
  /** For example `24.1.0`. */
  readonly nodeVersion: string;
  readonly auditPath: string;
  /**
   * Returns the error code if a file could not be written or created; null if it could. Does not
   * write anything.
   */
  cannotWrite(path: string): Promise<string | null>;
}

/**
 * Everything that checks read. Each part is fetched at most once, on first use, however many checks
 * use it. A check declares only the parts that it needs.
 */
export interface DoctorContext {
  readonly clock: Clock;
  readonly config: ConfigFileFacts;
  readonly machine: MachineFacts;
  /**
   * Resolves the settings.
   *
   * @throws AdminError like `resolveSettings`
   */
  settings(): Promise<Settings>;
  /** Reads a token and registers it for masking; null if none is configured. */
  token(of: 'nomad' | 'server'): Promise<string | null>;
  /** Null if no cluster is configured. */
  cluster(): Promise<ClusterUnderTest | null>;
  pods(): Promise<readonly Pod[]>;
  /** All configured access methods to Nomad, and the result of trying each. */
  nomadAccess(): Promise<AccessTests>;
  /** The Nomad clients, over the first access method that works. */
  nomadNodes(): Promise<readonly NomadNode[]>;
  /** Null if no host is configured. */
  host(): Promise<HostUnderTest | null>;
  /** Null if no host is configured. */
  server(): Promise<ServerClient | null>;
}

/** A replacement for the system's host name lookup. */
export type Lookup = LookupFunction;
