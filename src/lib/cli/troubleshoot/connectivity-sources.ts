import { type CheckResult, ofClient } from '../../connectivity/check-result.ts';
import { examineClients } from '../../connectivity/examine.ts';
import { examineServices } from '../../connectivity/examine-services.ts';
import { findOutput } from '../../connectivity/find-output.ts';
import { type InstallationHosts, probesFor } from '../../connectivity/probes.ts';
import { serviceProbes } from '../../connectivity/service-probes.ts';
import { AdminError } from '../../errors.ts';
import type { SshChoice } from '../../installation/connect-ssh.ts';
import type { Installation } from '../../installation/installation.ts';
import { collect } from '../../nomad/collect.ts';
import { resolveNodes } from '../../nomad/nodes/find-node.ts';
import type { Catalogue } from '../../services/catalogue.ts';

/** The inputs of {@link fromClients} and {@link fromServices}. */
export interface SourceContext {
  readonly installation: Installation;
  readonly catalogue: Catalogue;
  readonly hosts: InstallationHosts;
  readonly signal: AbortSignal;
}

/** The inputs of {@link fromClients}. */
export interface ClientSource extends SourceContext {
  /** The client names given by the operator; empty for all clients that are not down. */
  readonly names: readonly string[];
  readonly ssh: SshChoice;
  /** The maximum number of clients to check concurrently. */
  readonly atOnce: number;
  /** Called when a client is done, with the number of clients done and of all clients. */
  readonly onDone: (done: number, all: number) => void;
}

/**
 * Checks what clients can reach. Settings that are not in the profile are read from the cluster:
 * the address to which build agents send their output, and the version of the server.
 *
 * @throws AdminError as resolveNodes and examineClients; of kind `notFound`, code NO_CLIENTS
 */
export async function fromClients(source: ClientSource): Promise<readonly CheckResult[]> {
  const { installation, catalogue, names, signal } = source;
  const { baseDomain, version } = source.hosts;
  const destination =
    baseDomain === null || version === null
      ? await findOutput(() => installation.kubernetes(), catalogue, version, signal)
      : { output: null, version };
  const nomad = await installation.nomad();
  const clients =
    names.length > 0
      ? await resolveNodes(nomad, names, { signal })
      : (await collect(nomad.nodes({ signal }))).filter(({ status }) => status !== 'down');
  if (clients.length === 0) throw noClients();
  const results = await examineClients(clients, probesFor({ ...source.hosts, ...destination }), {
    ssh: await installation.ssh(source.ssh),
    signal,
    atOnce: source.atOnce,
    onDone: (done) => source.onDone(done, clients.length),
  });
  return results.map(ofClient);
}

/** Returns the error for an empty list of clients, which must not pass as a success. */
function noClients(): AdminError {
  return new AdminError('notFound', 'Nomad has no client that is up to check from', {
    code: 'NO_CLIENTS',
    hint: 'List the clients: circleci-admin nomad node-status',
  });
}

/**
 * Checks what services can reach, by exec in one ready pod of each.
 *
 * @throws AdminError as KubernetesClient and {@link examineServices}
 */
export async function fromServices(source: SourceContext): Promise<readonly CheckResult[]> {
  const { installation, catalogue, hosts, signal } = source;
  const kubernetes = await installation.kubernetes();
  const pods = await kubernetes.listPods({ signal });
  const probes = serviceProbes(pods, catalogue, hosts.github);
  return examineServices(probes, { kubernetes, clock: installation.clock, signal });
}
