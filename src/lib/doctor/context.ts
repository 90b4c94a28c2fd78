import type { LookupFunction } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Settings } from '../installation/settings.ts';
import type { ConfigValidation } from '../installation/validate-config.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Pod } from '../kubernetes/model.ts';
import type { NomadNode } from '../nomad/model.ts';
import type { HostInspection } from '../server/certificate.ts';
import type { ServerClient } from '../server/client.ts';
import type { NomadWays } from './nomad-ways.ts';

/** The config file, as it lies there. */
export interface ConfigFileFacts {
  readonly path: string;
  validate(): Promise<ConfigValidation>;
  /** Permission bits; null where there is no file, or the platform has none. */
  mode(): Promise<number | null>;
}

/** What is asked of the cluster, here and by the commands. */
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
  /** Whether a proxy of the environment stands between here and the host. */
  readonly proxied: boolean;
  inspect(): Promise<HostInspection>;
}

/** This machine. */
export interface MachineFacts {
  /** Such as `24.1.0`. */
  readonly nodeVersion: string;
  readonly auditPath: string;
  /** Why a file could not be written, or made; null where it could. Nothing is written for it. */
  cannotWrite(path: string): Promise<string | null>;
}

/**
 * Everything that checks look at. Each part is asked for once however many checks want it, and
 * nothing is connected before one does. A check takes no more of it than it needs.
 */
export interface DoctorContext {
  readonly clock: Clock;
  readonly config: ConfigFileFacts;
  readonly machine: MachineFacts;
  /** @throws AdminError as `resolveSettings` does */
  settings(): Promise<Settings>;
  /** Reads a token; null where none is named. It is masked from then on. */
  token(of: 'nomad' | 'server'): Promise<string | null>;
  /** Null where nothing says that there is a cluster. */
  cluster(): Promise<ClusterUnderTest | null>;
  pods(): Promise<readonly Pod[]>;
  /** Every way to Nomad that is set up, each tried. */
  nomadWays(): Promise<NomadWays>;
  /** The clients, over the first way that works. */
  nomadNodes(): Promise<readonly NomadNode[]>;
  /** Null where no host is named. */
  host(): Promise<HostUnderTest | null>;
  /** Null where no host is named. */
  server(): Promise<ServerClient | null>;
}

/** How host names are looked up, where it is not the system that does. */
export type Lookup = LookupFunction;
