import { examineClients, type ProbeResult } from '../../connectivity/examine.ts';
import { outputAddressIn } from '../../connectivity/output-address.ts';
import { type Probe, probesFor } from '../../connectivity/probes.ts';
import type { Allocation, NomadNode } from '../../nomad/model.ts';
import { takesBuilds } from '../../nomad/nodes/select-nodes.ts';
import { known } from '../evidence.ts';
import type { StageLog } from '../snapshot.ts';
import type { Asking } from './service-patience.ts';
import type { QueueSources } from './sources.ts';

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
  if (!port || port.skipped !== null) return port?.skipped ?? 'no such port is used';
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
 * Has clients find out whether they reach the output-processor.
 *
 * @throws AdminError as {@link examineClients}
 */
export function probeOutput(
  ssh: Parameters<typeof examineClients>[2]['ssh'],
  clients: readonly NomadNode[],
  probes: readonly Probe[],
  { signal, heard }: Asking,
): Promise<readonly ProbeResult[]> {
  return examineClients(clients, probes, { ssh, signal, atOnce: MOST_CLIENTS, onDone: heard });
}
