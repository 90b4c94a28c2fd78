import type { Clock, Milliseconds } from '../../clock.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import type { Masker } from '../../masking.ts';
import type { NomadClient } from '../../nomad/client.ts';
import type { AdminApi } from '../../server/admin-api.ts';
import type { ServerClient } from '../../server/client.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import type { SshClient } from '../../ssh/client.ts';
import type { TriggeredBuild } from '../snapshot/snapshot.ts';

/** Somebody who can be asked, connected with the first question; or why there is nobody. */
export type Source<T> = { readonly open: () => Promise<T> } | { readonly missing: string };

/** What is asked of the cluster. */
export type KubernetesSource = Pick<
  KubernetesClient,
  'target' | 'listPods' | 'lostNodes' | 'listWorkloads' | 'podLogs' | 'exec' | 'serverTime'
>;

/** What is asked of Nomad. */
export type NomadSource = Pick<
  NomadClient,
  'leader' | 'nodes' | 'allocations' | 'jobs' | 'job' | 'evaluations' | 'logs' | 'serverTime'
>;

/** What a snapshot is gathered from. */
export interface QueueSources {
  readonly installation: string;
  /** As major.minor; null where the profile does not say. */
  readonly serverVersion: string | null;
  /** The server's host, with scheme and port or without; null where it is not known. */
  readonly host: string | null;
  readonly baseDomain: string | null;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly masker: Masker;
  readonly kubernetes: Source<KubernetesSource>;
  readonly nomad: Source<NomadSource>;
  readonly admin: Source<Pick<AdminApi, 'buildSystemSummary' | 'recentBuilds'>>;
  /** The server's front page, which needs no token. */
  readonly server: Source<Pick<ServerClient, 'frontPage'>>;
  readonly ssh: Source<Pick<SshClient, 'use'>>;
}

/** How a snapshot is gathered. */
export interface GatherOptions {
  readonly signal: AbortSignal;
  /** How far back logs are read, and ended jobs are kept. */
  readonly windowMs?: Milliseconds;
  /** What counts as fresh: three beats of a dispatcher. */
  readonly freshMs?: Milliseconds;
  /** How long each of the services may give nothing while it is asked. */
  readonly limitMs?: Milliseconds;
  /** A build that was started before, to see where it gets. */
  readonly trigger?: TriggeredBuild | null;
}

/** Half an hour. */
export const DEFAULT_WINDOW: Milliseconds = 1_800_000;
/** A dispatcher beats once a minute: none in three is late. */
export const DEFAULT_FRESH: Milliseconds = 180_000;
/** Ten seconds. */
export const DEFAULT_LIMIT: Milliseconds = 10_000;
