import { mapBounded } from '../../bounded.ts';
import { examineClients, loginFailed, type ProbeResult } from '../../connectivity/examine.ts';
import { outputAddressIn } from '../../connectivity/output-address.ts';
import { type Probe, probesFor } from '../../connectivity/probes.ts';
import type { Allocation, NomadNode } from '../../nomad/model.ts';
import { takesBuilds } from '../../nomad/nodes/select-nodes.ts';
import type { SshClient } from '../../ssh/client.ts';
import { type Evidence, known, notAsked } from '../snapshot/evidence.ts';
import type { StageLog } from '../snapshot/snapshot.ts';
import type { Round } from './round.ts';
import type { QueueSources, Source } from './sources.ts';

/** Clients that are logged in on. */
const MOST_CLIENTS = 3;

/** The probes of the output-processor and its name; or why there are none. */
export function outputProbes(
  sources: Pick<QueueSources, 'host' | 'baseDomain' | 'serverVersion'>,
  logs: readonly StageLog[],
): readonly Probe[] | string {
  const probes = probesFor({
    server: sources.host,
    baseDomain: sources.baseDomain ?? baseDomainIn(logs),
    github: 'github.com',
    version: sources.serverVersion,
  });
  const port = probes.find(({ check }) => check === 'output-processor');
  if (!port || port.skipped !== null) return port?.skipped ?? 'this version does not use the port';
  return probes.filter((one) => one === port || (one.check === 'dns' && one.host === port.host));
}

/** The base domain as the schedulerer tells it to tasks, the newest word of it. */
function baseDomainIn(logs: readonly StageLog[]): string | null {
  for (const { stage, log } of logs) {
    if (stage !== 'schedulerer') continue;
    for (const { text } of known(log)?.lines.toReversed() ?? []) {
      if (!text.includes('processor')) continue;
      const host = outputAddressIn(text)?.host ?? '';
      if (host.startsWith('output.')) return host.slice('output.'.length);
    }
  }
  return null;
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
