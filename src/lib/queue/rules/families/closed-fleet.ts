import { firstNames } from '../../../join-names.ts';
import type { ClientRow } from '../../../nomad/nodes/node-status.ts';
import { sumCapacity } from '../../../nomad/nodes/node-status.ts';
import { builds } from '../../build-names.ts';
import type { QueueFacts } from '../../facts/facts.ts';
import { type Finding, fact, type Proof } from '../../finding.ts';
import { known } from '../../snapshot/evidence.ts';

/** Why no client accepts builds. */
export type Closed = 'none' | 'draining' | 'down' | 'mixed';

/**
 * Returns the clients and the reason if none of them accepts builds; null if some do, or if the
 * clients are unknown.
 */
export function closedFleet(
  facts: QueueFacts,
): { readonly why: Closed; readonly clients: readonly ClientRow[] } | null {
  const clients = known(facts.snapshot.nomad.clients);
  if (clients === null || clients.some(({ takesBuilds }) => takesBuilds)) return null;
  if (clients.length === 0) return { why: 'none', clients };
  // A client that is down cannot drain, whatever its record says.
  if (clients.every(({ status }) => status === 'down')) return { why: 'down', clients };
  const up = clients.filter(({ status }) => status !== 'down');
  const draining = up.length === clients.length && up.every((client) => client.draining);
  return { why: draining ? 'draining' : 'mixed', clients };
}

/** Returns the number of clients in each state: `3 down, 1 draining, 2 ineligible`. */
export function statesOf(clients: readonly ClientRow[]): string {
  const { down, draining, ineligible, otherwise } = sumCapacity(clients);
  return [
    [down, 'down'],
    [draining, 'draining'],
    [ineligible, 'ineligible'],
    [otherwise, 'neither ready nor down'],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** Returns the number of clients in each state, the names of some, and their running builds. */
function fleetEvidence(clients: readonly ClientRow[]): readonly Proof[] {
  const { runningBuilds, unknownBuilds } = sumCapacity(clients);
  const names = clients.map((client) => `${client.name} (${stateOf(client)})`);
  return [
    fact(`0 of ${clients.length} clients accept builds: ${statesOf(clients)}`),
    fact(firstNames(names, 5)),
    ...runningThere(runningBuilds, unknownBuilds),
  ];
}

function runningThere(running: number, unknown: number): readonly Proof[] {
  if (running + unknown === 0) return [];
  const may = unknown > 0 ? `, ${unknown} may` : '';
  return [fact(`${builds(running)} still ${running === 1 ? 'runs' : 'run'} there${may}`)];
}

function stateOf({ status, draining, eligible }: ClientRow): string {
  if (status !== 'ready') return status;
  if (draining) return 'draining';
  return eligible ? 'ready' : 'ineligible';
}

/** Returns the names of the builds that Nomad cannot place. */
function pendingNames(facts: QueueFacts): readonly string[] {
  const pending = known(facts.snapshot.nomad.jobs)?.filter(({ status }) => status === 'pending');
  const names = new Map(
    facts.trails.flatMap(({ jobs, name }) => jobs.map((job) => [job.id, name] as const)),
  );
  return [...new Set(pending?.map(({ id }) => names.get(id) ?? id) ?? [])];
}

/** Returns the finding that no client accepts builds. */
export function fleetFinding(
  facts: QueueFacts,
  clients: readonly ClientRow[],
  about: Pick<Finding, 'code' | 'title' | 'remedy'>,
): Finding {
  return {
    ...about,
    severity: 'error',
    place: 'clients',
    subject: null,
    evidence: clients.length === 0 ? [fact('Nomad lists no clients')] : fleetEvidence(clients),
    fix: null,
    builds: pendingNames(facts),
  };
}
