import { onTestFinished } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import { createHttpClient } from '../../../../src/lib/http/undici-client.ts';
import { createKubernetesClient } from '../../../../src/lib/kubernetes/api-client.ts';
import {
  connectNomad,
  type NomadCluster,
  type NomadConnection,
} from '../../../../src/lib/nomad/access.ts';
import type { NomadClient } from '../../../../src/lib/nomad/client.ts';

/** A clock whose pauses end at once, and whose request timeouts never expire. */
const CLOCK: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    ms < 3_000
      ? Promise.resolve()
      : new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
};

/** The API of a cluster without TLS, and the credentials for it. */
export interface ClusterApi {
  readonly url: string;
  readonly namespace: string;
  readonly token: string;
}

/** Creates the client for a cluster. */
export function clusterAt({ url, namespace, token }: ClusterApi): NomadCluster {
  const client = createKubernetesClient({
    connection: {
      target: { context: null, server: url, namespace },
      basePath: '',
      proxyUrl: null,
      refreshable: false,
      credentials: async () => ({ headers: { authorization: `Bearer ${token}` }, tls: {} }),
    },
    requestTimeout: 5_000,
    clock: CLOCK,
    random: () => 0,
    userAgent: 'test',
  });
  onTestFinished(() => client.close());
  return client;
}

/** Creates a client that is closed when the test ends. */
export function connected(options: Partial<NomadConnection>): NomadClient {
  const nomad = connectNomad({
    preferred: 'auto',
    direct: null,
    kubernetes: null,
    pod: 'circleci-nomad-0',
    podNamed: true,
    port: 4646,
    podTls: null,
    requestTimeout: 5_000,
    clock: CLOCK,
    openHttp: (origin) =>
      createHttpClient({ ...origin, requestTimeout: 5_000, clock: CLOCK, random: () => 0 }),
    ...options,
  });
  onTestFinished(() => nomad.close());
  return nomad;
}
