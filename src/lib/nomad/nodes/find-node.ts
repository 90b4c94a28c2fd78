import { mapBounded } from '../../bounded.ts';
import { AdminError, isAdminError } from '../../errors.ts';
import type { NomadClient } from '../client.ts';
import { collect } from '../collect.ts';
import type { NomadNode } from '../model.ts';
import { nearMisses } from './near-misses.ts';

export { isSelective, type NodeSelector, selectNodes, takesBuilds } from './select-nodes.ts';

/** What looking for a node asks of Nomad. */
export type NodeReader = Pick<NomadClient, 'nodes' | 'node'>;

/** How nodes are looked up. */
export interface ResolveOptions {
  readonly signal?: AbortSignal;
  /** Reads the nodes with their resources. */
  readonly resources?: boolean;
}

/** How a target names its node, in the order in which the ways are tried. */
export type MatchedBy = 'id' | 'name' | 'short-name' | 'address' | 'id-prefix' | 'instance-id';

/** The nodes that a target may mean. One is an answer, several are ambiguous. */
export interface NodeMatch {
  readonly by: MatchedBy;
  readonly nodes: readonly NomadNode[];
}

const INSTANCE_LOOKUPS_AT_ONCE = 10;
const LISTED_MATCHES = 8;

/**
 * Finds the nodes that operators name by id, unambiguous prefix of it, name, IP address or instance
 * id. Every target is settled before anything is returned; each node is returned once, in the
 * targets' order.
 *
 * Prefixes are matched here and never by Nomad, which drops the last digit of an odd-length prefix
 * (hashicorp/nomad #11619) and would name another node.
 *
 * @throws AdminError of kind `usage`, code AMBIGUOUS_NODE, listing the matches
 * @throws AdminError of kind `notFound`, code NODE_NOT_FOUND, with near misses
 */
export async function resolveNodes(
  client: NodeReader,
  targets: readonly string[],
  options: ResolveOptions = {},
): Promise<readonly NomadNode[]> {
  return findNodes(client, targets, await collect(client.nodes(options)), options);
}

/** {@link resolveNodes} among nodes that were already listed. */
export async function findNodes(
  client: Pick<NomadClient, 'node'>,
  targets: readonly string[],
  nodes: readonly NomadNode[],
  options: Pick<ResolveOptions, 'signal'> = {},
): Promise<readonly NomadNode[]> {
  const matches = targets.map((target) => ({ target, match: matchNode(target, nodes) }));
  const open = matches.filter(({ target, match }) => !match && looksLikeInstance(target));
  const instances = await findInstances(
    client,
    open.map(({ target }) => target.toLowerCase()),
    nodes,
    options,
  );
  const found = new Map<string, NomadNode>();
  const unknown: string[] = [];
  for (const { target, match } of matches) {
    const candidates = match?.nodes ?? instances.get(target.toLowerCase()) ?? [];
    const [only, ...others] = candidates;
    if (others.length > 0) throw ambiguous(target, candidates);
    if (only) found.set(only.id, only);
    else unknown.push(target);
  }
  if (unknown.length > 0) throw notFound(unknown, nodes);
  return [...found.values()];
}

/**
 * What a target names among listed nodes, by everything but the instance id. Names and addresses
 * are taken over by new machines while the dead node's record lives on (24 hours), so there nodes
 * that are down count only when none is up. IDs are never reused.
 */
export function matchNode(target: string, nodes: readonly NomadNode[]): NodeMatch | null {
  const wanted = target.trim().toLowerCase();
  if (wanted === '') return null;
  const ways: readonly [MatchedBy, (node: NomadNode) => boolean][] = [
    ['id', (node) => node.id.toLowerCase() === wanted],
    ['name', (node) => node.name.toLowerCase() === wanted],
    ['short-name', (node) => node.name.toLowerCase().startsWith(`${wanted}.`)],
    ['address', (node) => node.address?.toLowerCase() === wanted],
    ['id-prefix', (node) => hasIdPrefix(node, wanted)],
  ];
  for (const [by, matches] of ways) {
    const found = nodes.filter(matches);
    if (found.length === 0) continue;
    return { by, nodes: by === 'id' || by === 'id-prefix' ? found : preferUp(found) };
  }
  return null;
}

/** A prefix with its hyphens where the id has them, or with none at all; of any length. */
function hasIdPrefix(node: NomadNode, wanted: string): boolean {
  const id = node.id.toLowerCase();
  return (
    id.startsWith(wanted) || (!wanted.includes('-') && id.replaceAll('-', '').startsWith(wanted))
  );
}

function preferUp(nodes: readonly NomadNode[]): readonly NomadNode[] {
  const up = nodes.filter((node) => node.status !== 'down');
  return up.length > 0 ? up : nodes;
}

/** EC2's `i-` and 8 or 17 hexadecimal digits; GCE's long decimal number. */
function looksLikeInstance(target: string): boolean {
  return /^i-[0-9a-f]{8,17}$/i.test(target) || /^\d{10,20}$/.test(target);
}

/** Instance ids stand only in a node's detail: reads those, first of the nodes that are up. */
async function findInstances(
  client: Pick<NomadClient, 'node'>,
  wanted: readonly string[],
  nodes: readonly NomadNode[],
  options: Pick<ResolveOptions, 'signal'>,
): Promise<ReadonlyMap<string, readonly NomadNode[]>> {
  const missing = new Set(wanted);
  const found = new Map<string, NomadNode[]>();
  for (const group of [
    nodes.filter((node) => node.status !== 'down'),
    nodes.filter((node) => node.status === 'down'),
  ]) {
    if (missing.size === 0) break;
    await mapBounded(group, INSTANCE_LOOKUPS_AT_ONCE, async (node) => {
      const instance = await instanceOf(client, node, options);
      if (instance !== null && missing.has(instance)) {
        found.set(instance, [...(found.get(instance) ?? []), node]);
      }
    });
    for (const instance of found.keys()) missing.delete(instance);
  }
  return found;
}

async function instanceOf(
  client: Pick<NomadClient, 'node'>,
  node: NomadNode,
  options: Pick<ResolveOptions, 'signal'>,
): Promise<string | null> {
  try {
    const { value } = await client.node(node.id, options);
    return value.instance?.id.toLowerCase() ?? null;
  } catch (error) {
    // Forgotten by Nomad since it was listed.
    if (isAdminError(error, 'notFound')) return null;
    throw error;
  }
}

function ambiguous(target: string, nodes: readonly NomadNode[]): AdminError {
  const shown = nodes
    .slice(0, LISTED_MATCHES)
    .map((node) => `${node.id} (${node.name}, ${node.status})`)
    .join(', ');
  const more = nodes.length > LISTED_MATCHES ? `, and ${nodes.length - LISTED_MATCHES} more` : '';
  return new AdminError(
    'usage',
    `"${target}" is ambiguous: it matches ${nodes.length} clients: ${shown}${more}`,
    { code: 'AMBIGUOUS_NODE', hint: 'Give more characters of the ID, or the full ID.' },
  );
}

function notFound(targets: readonly string[], nodes: readonly NomadNode[]): AdminError {
  const near = [...new Set(targets.flatMap((target) => nearMisses(target, nodes)))];
  const meant = near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : '';
  const named = targets.map((target) => `"${target}"`).join(' or ');
  return new AdminError(
    'notFound',
    `No Nomad client has the ID, name, address or instance ID ${named}`,
    {
      code: 'NODE_NOT_FOUND',
      hint: `${meant}List the clients: circleci-admin nomad node-status`,
    },
  );
}
