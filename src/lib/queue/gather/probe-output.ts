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

/** Clients that are logged in on. */
const MOST_CLIENTS = 3;

/** What tells where build agents send their output. */
export interface OutputSigns {
  readonly host: string | null;
  readonly baseDomain: string | null;
  /** As major.minor; null where neither the profile nor what runs tells it. */
  readonly version: string | null;
  readonly pipeline: Pipeline;
  readonly logs: readonly StageLog[];
}

/**
 * The probes of the output-processor and its name; or why there are none. From 4.3 on output goes by way
 * of the server's web address (4.x documentation: clients need access to Nomad and to Kong).
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

/** Where tasks were told to send their output, as the schedulerer's log has it, the newest word of it. */
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

/** The clients to ask: those of the oldest builds first, then those that take builds. */
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
  return [...new Set(ids)].flatMap((id) => up.get(id) ?? []).slice(0, MOST_CLIENTS);
}

/**
 * Has each client find out whether it reaches the output-processor. One that cannot be logged in
 * on is a result of its own, as long as another can.
 *
 * @param source its client is made once for all of them
 */
export async function probeOutput(
  round: Round,
  source: Source<Pick<SshClient, 'use'>>,
  clients: readonly NomadNode[],
  probes: readonly Probe[],
): Promise<Evidence<readonly ProbeResult[]>> {
  const all = await mapBounded(clients, MOST_CLIENTS, async (node) => {
    const asked = await round.ask('ssh', source, (ssh, { signal, heard }) =>
      examineClients([node], probes, { ssh, signal, atOnce: 1, onDone: heard }),
    );
    return { node, asked };
  });
  const first = all.find(({ asked }) => asked.status === 'known') ?? all[0];
  if (!first) return notAsked('no Nomad client is ready');
  if (first.asked.status !== 'known') return first.asked;
  const value = all.flatMap(({ node, asked }) => {
    if (asked.status === 'known') return asked.value;
    return asked.status === 'failed' ? [loginFailed(node, asked.failure)] : [];
  });
  return { ...first.asked, value };
}
