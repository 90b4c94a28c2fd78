import { mapBounded } from '../../bounded.ts';
import { examineClients, loginFailed, type ProbeResult } from '../../connectivity/examine.ts';
import { type OutputAddress, outputAddressIn } from '../../connectivity/output-address.ts';
import { type Probe, probesFor } from '../../connectivity/probes.ts';
import type { Allocation, NomadNode } from '../../nomad/model.ts';
import { takesBuilds } from '../../nomad/nodes/select-nodes.ts';
import type { SshClient } from '../../ssh/client.ts';
import { type Evidence, known, notAsked } from '../snapshot/evidence.ts';
import type { StageLog } from '../snapshot/snapshot.ts';
import type { Pipeline } from '../stages.ts';
import type { Round } from './round.ts';
import type { Source } from './sources.ts';

/** The maximum number of clients to log in to. */
const MAX_CLIENTS = 3;

/** The facts that determine where build agents send their output. */
export interface OutputSigns {
  readonly host: string | null;
  readonly baseDomain: string | null;
  /** The version as major.minor; null if neither the profile nor the running services show it. */
  readonly version: string | null;
  readonly pipeline: Pipeline;
  readonly logs: readonly StageLog[];
}

/**
 * Returns the probes of the output-processor and its name, or why there are none. From 4.3 on,
 * output is sent to the server's web address (4.x documentation: clients need access to Nomad and
 * to Kong).
 */
export function outputProbes(signs: OutputSigns): readonly Probe[] | string {
  const { host, baseDomain, version, pipeline, logs } = signs;
  const output = outputAddressOf(logs);
  const probes = probesFor({
    server: host,
    baseDomain: baseDomain ?? baseDomainOf(output),
    output,
    github: 'github.com',
    version,
  });
  const check = pipeline === 'distributor' ? 'server' : 'output-processor';
  const port = probes.find((one) => one.check === check);
  if (!port || port.skipped !== null) return port?.skipped ?? 'this version does not use the port';
  return probes.filter((one) => one === port || (one.check === 'dns' && one.host === port.host));
}

/** Returns the newest output address that the schedulerer has logged for a task. */
function outputAddressOf(logs: readonly StageLog[]): OutputAddress | null {
  for (const { stage, log } of logs) {
    if (stage !== 'schedulerer') continue;
    for (const { text } of known(log)?.lines.toReversed() ?? []) {
      const address = text.includes('processor') ? outputAddressIn(text) : null;
      if (address) return address;
    }
  }
  return null;
}

function baseDomainOf(output: OutputAddress | null): string | null {
  const host = output?.host ?? '';
  return host.startsWith('output.') ? host.slice('output.'.length) : null;
}

/**
 * Returns the clients to probe: those with the oldest builds first, then those that accept builds.
 */
export function clientsToProbe(
  nodes: readonly NomadNode[],
  running: readonly Allocation[],
): readonly NomadNode[] {
  const up = new Map(
    nodes.filter(({ status }) => status === 'ready').map((node) => [node.id, node]),
  );
  const ids = [
    ...running.map(({ nodeId }) => nodeId),
    ...[...up.values()].filter(takesBuilds).map(({ id }) => id),
    ...up.keys(),
  ];
  return [...new Set(ids)].flatMap((id) => up.get(id) ?? []).slice(0, MAX_CLIENTS);
}

/**
 * Has each client test whether it can reach the output-processor. A client that cannot be logged in
 * to is a separate result, as long as another one can.
 *
 * @param source its SSH client is created once for all clients
 */
export async function probeOutput(
  round: Round,
  source: Source<Pick<SshClient, 'use'>>,
  clients: readonly NomadNode[],
  probes: readonly Probe[],
): Promise<Evidence<readonly ProbeResult[]>> {
  const all = await mapBounded(clients, MAX_CLIENTS, async (node) => {
    const evidence = await round.ask('ssh', source, (ssh, { signal, onProgress }) =>
      examineClients([node], probes, { ssh, signal, atOnce: 1, onDone: onProgress }),
    );
    return { node, evidence };
  });
  const first = all.find(({ evidence }) => evidence.status === 'known') ?? all[0];
  if (!first) return notAsked('no Nomad client is ready');
  if (first.evidence.status !== 'known') return first.evidence;
  const value = all.flatMap(({ node, evidence }) => {
    if (evidence.status === 'known') return evidence.value;
    return evidence.status === 'failed' ? [loginFailed(node, evidence.failure)] : [];
  });
  return { ...first.evidence, value };
}
