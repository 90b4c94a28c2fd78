import { mapBounded } from '../../bounded.ts';
import { AdminError, isAdminError } from '../../errors.ts';
import type { NomadClient } from '../client.ts';
import { collect } from '../collect.ts';
import type { NomadNode } from '../model.ts';
import { nearMisses } from './near-misses.ts';

export { isSelective, type NodeSelector, selectNodes, takesBuilds } from './select-nodes.ts';

/** The part of the Nomad client that finds nodes. */
export type NodeReader = Pick<NomadClient, 'nodes' | 'node'>;

/** The options of finding nodes. */
export interface ResolveOptions {
  readonly signal?: AbortSignal;
  /** Whether to read the nodes with their resources. */
  readonly resources?: boolean;
}

/** How a target matched a node; the matches are tried in this order. */
export type MatchedBy = 'id' | 'name' | 'short-name' | 'address' | 'id-prefix' | 'instance-id';

/** The nodes that a target matches; ambiguous if there are several. */
export interface NodeMatch {
  readonly by: MatchedBy;
  readonly nodes: readonly NomadNode[];
}

const INSTANCE_LOOKUPS_AT_ONCE = 10;
const LISTED_MATCHES = 8;

/**
 * Finds the nodes that operators name by ID, unambiguous ID prefix, name, IP address or instance
 * ID. All targets are resolved before anything is returned; each node is returned once, in the
 * order of the targets.
 *
 * Prefixes are matched here and never by Nomad, which drops the last digit of a prefix of odd
 * length (hashicorp/nomad #11619) and would select another node.
 *
 * @throws AdminError of kind `usage`, code AMBIGUOUS_NODE, listing the matches
 * @throws AdminError of kind `notFound`, code NODE_NOT_FOUND, with similar names
 */
export async function resolveNodes(
  client: NodeReader,
  targets: readonly string[],
  options: ResolveOptions = {},
): Promise<readonly NomadNode[]> {
  return findNodes(client, targets, await collect(client.nodes(options)), options);
}

/** Like {@link resolveNodes}, with nodes that were already listed. */
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
 * Matches a target against listed nodes by everything except the instance ID. Names and addresses
 * are reused by new machines while the record of the dead node still exists (24 hours), so for
 * these a node that is down matches only if no node that is up does. IDs are never reused.
 */
export function matchNode(target: string, nodes: readonly NomadNode[]): NodeMatch | null {
  const wanted = target.trim().toLowerCase();
  if (wanted === '') return null;
  const matchers: readonly [MatchedBy, (node: NomadNode) => boolean][] = [
    ['id', (node) => node.id.toLowerCase() === wanted],
    ['name', (node) => node.name.toLowerCase() === wanted],
    ['short-name', (node) => node.name.toLowerCase().startsWith(`${wanted}.`)],
    ['address', (node) => node.address?.toLowerCase() === wanted],
    ['id-prefix', (node) => hasIdPrefix(node, wanted)],
  ];
  for (const [by, matches] of matchers) {
    const found = nodes.filter(matches);
    if (found.length === 0) continue;
    return { by, nodes: by === 'id' || by === 'id-prefix' ? found : preferUp(found) };
  }
  return null;
}

/** Matches a prefix of any length, with hyphens where the ID has them, or without any. */
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

/** EC2: `i-` and 8 or 17 hexadecimal digits. GCE: a long decimal number. */
function looksLikeInstance(target: string): boolean {
  return /^i-[0-9a-f]{8,17}$/i.test(target) || /^\d{10,20}$/.test(target);
}

/**
 * Only the detail of a node contains its instance ID: reads the details, first of nodes that are
 * up.
 */
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
    // Nomad removed the node after it was listed.
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
