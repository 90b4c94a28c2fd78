import type { ProbeResult } from '../../connectivity/examine.ts';
import { EventQueue } from '../../event-queue.ts';
import { agreeingVersion, generationOf } from '../../services/generation.ts';
import { readRelease } from '../../services/release.ts';
import { servicesAmong } from '../../services/services-among.ts';
import { choosePipeline } from '../choose-pipeline.ts';
import { type Evidence, known, notAsked } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import type { GatherEvent } from './events.ts';
import { clusterFacts, gatherKubernetes, type KubernetesEvidence } from './gather-kubernetes.ts';
import { gatherNomad, type NomadEvidence } from './gather-nomad.ts';
import { gatherRabbit } from './gather-rabbitmq.ts';
import { gatherServer } from './gather-server.ts';
import { clientsToProbe, outputProbes, probeOutput } from './probe-output.ts';
import { isFailed, Round } from './round.ts';
import type { GatherOptions, QueueSources } from './sources.ts';

/**
 * Gathers the evidence for all rules concurrently. Failures are part of the snapshot. A service
 * that does not respond delays the result by its limit once, and does not delay other services.
 *
 * @throws the reason of the operator's signal
 */
export async function* gather(
  sources: QueueSources,
  options: GatherOptions,
): AsyncGenerator<GatherEvent, void> {
  const events = new EventQueue<GatherEvent>();
  const left = new AbortController();
  const signal = AbortSignal.any([options.signal, left.signal]);
  const round = new Round(sources, options, signal, (event) => events.push(event));
  takeSnapshot(round, options).then(
    (snapshot) => {
      events.push({ kind: 'snapshot', snapshot });
      events.end();
    },
    (error: unknown) => events.fail(error),
  );
  try {
    yield* events;
  } finally {
    left.abort(new Error('nobody waits for the snapshot any more'));
  }
}

async function takeSnapshot(
  round: Round,
  { trigger = null }: Pick<GatherOptions, 'trigger'>,
): Promise<QueueSnapshot> {
  const { serverVersion, clock } = round.sources;
  const kubernetes = gatherKubernetes(round);
  const server = gatherServer(round);
  const nomad = gatherNomad(round, server.builds);
  const { pods, workloads } = kubernetes;
  const cluster = awaitAll({ pods, workloads }).then((read) => clusterFacts(read, round.sources));
  const { cluster: facts, ...evidence } = await awaitAll({
    clocks: awaitAll({
      kubernetesAheadMs: kubernetes.aheadMs,
      nomadAheadMs: nomad.aheadMs,
      serverAheadMs: server.aheadMs,
    }),
    cluster,
    logs: kubernetes.logs,
    nomad: awaitAll({
      leader: nomad.leader,
      clients: nomad.clients,
      jobs: nomad.jobs,
      agentLogs: nomad.agentLogs,
    }),
    server: awaitAll({ summary: server.summary, builds: server.builds }),
    rabbitmq: gatherRabbit(round, kubernetes.pods),
    outputPort: gatherOutputPort(round, kubernetes, nomad),
  });
  const { windowMs, freshMs } = round;
  // A cluster without a profile gets its name only when it is connected.
  const { installation } = round.sources;
  return {
    ...{ format: 1, installation, takenAt: clock.now(), windowMs, freshMs, serverVersion },
    ...facts,
    ...evidence,
    trigger,
  };
}

/**
 * Has a few clients try to reach the output-processor, once the clients and its address are known.
 */
async function gatherOutputPort(
  round: Round,
  kubernetes: Pick<KubernetesEvidence, 'pods' | 'logs'>,
  nomad: Pick<NomadEvidence, 'nodes' | 'allocations'>,
): Promise<Evidence<readonly ProbeResult[]>> {
  const { ssh, host, baseDomain, serverVersion, catalogue } = round.sources;
  if ('missing' in ssh) return notAsked(ssh.missing);
  const pods = known(await kubernetes.pods) ?? [];
  const services = servicesAmong(pods, catalogue);
  const { pipeline } = choosePipeline({ services, version: serverVersion });
  const versions = [serverVersion, readRelease(pods).version];
  const version = agreeingVersion(versions, generationOf(services));
  const logs = baseDomain === null ? await kubernetes.logs : [];
  const probes = outputProbes({ host, baseDomain, version, pipeline, logs });
  if (typeof probes === 'string') return notAsked(probes);
  const [nodes, allocations] = await Promise.all([nomad.nodes, nomad.allocations]);
  if (nodes.status !== 'known') return notAsked('the Nomad clients could not be read');
  const clients = clientsToProbe(nodes.value, known(allocations)?.running ?? []);
  if (clients.length === 0) return notAsked('no Nomad client is ready');
  let client: ReturnType<typeof ssh.open> | undefined;
  const once = {
    open: () => {
      client ??= ssh.open();
      return client;
    },
  };
  return round.part('output-port', () => probeOutput(round, once, clients, probes), isFailed);
}

type Settled<T> = { readonly [Key in keyof T]: Awaited<T[Key]> };

/** Awaits all fields of an object. */
async function awaitAll<T extends object>(requests: T): Promise<Settled<T>> {
  const entries = Object.entries(requests).map(async ([key, value]) => [key, await value] as const);
  return Object.fromEntries(await Promise.all(entries)) as Settled<T>;
}
