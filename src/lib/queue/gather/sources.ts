import type { Clock, Milliseconds } from '../../clock.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Masker } from '../../masking.ts';
import type { NomadClient } from '../../nomad/client.ts';
import type { AdminApi } from '../../server/admin-api.ts';
import type { ServerClient } from '../../server/client.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import type { SshClient } from '../../ssh/client.ts';
import type { TriggeredBuild } from '../snapshot/snapshot.ts';

/** A service whose client is created at the first request, or the reason why it is missing. */
export type Source<T> = { readonly open: () => Promise<T> } | { readonly missing: string };

/** The Kubernetes operations used for a snapshot. */
export type KubernetesSource = Pick<
  KubernetesClient,
  'target' | 'listPods' | 'lostNodes' | 'listWorkloads' | 'podLogs' | 'exec' | 'serverTime'
>;

/** The Nomad operations used for a snapshot. */
export type NomadSource = Pick<
  NomadClient,
  'leader' | 'nodes' | 'allocations' | 'jobs' | 'job' | 'evaluations' | 'logs' | 'serverTime'
>;

/** The sources of a snapshot. */
export interface QueueSources {
  readonly installation: string;
  /** The version as major.minor; null if the profile does not set it. */
  readonly serverVersion: string | null;
  /** The server's host, with or without scheme and port; null if unknown. */
  readonly host: string | null;
  readonly baseDomain: string | null;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly masker: Masker;
  readonly kubernetes: Source<KubernetesSource>;
  readonly nomad: Source<NomadSource>;
  readonly admin: Source<Pick<AdminApi, 'buildSystemSummary' | 'recentBuilds'>>;
  /** The server's front page, which requires no token. */
  readonly server: Source<Pick<ServerClient, 'frontPage'>>;
  readonly ssh: Source<Pick<SshClient, 'use'>>;
}

/** The options for gathering a snapshot. */
export interface GatherOptions {
  readonly signal: AbortSignal;
  /** How far back logs are read and ended jobs are included. */
  readonly windowMs?: Milliseconds;
  /** The maximum age of fresh log lines: three heartbeats of a dispatcher. */
  readonly freshMs?: Milliseconds;
  /** How long each service may send nothing during a request. */
  readonly limitMs?: Milliseconds;
  /** A build that was started before, to follow its progress. */
  readonly trigger?: TriggeredBuild | null;
}

/** Half an hour. */
export const DEFAULT_WINDOW: Milliseconds = 1_800_000;
/** Three minutes: a dispatcher logs a heartbeat once a minute, so none in three minutes is late. */
export const DEFAULT_FRESH: Milliseconds = 180_000;
/** Ten seconds. */
export const DEFAULT_LIMIT: Milliseconds = 10_000;
