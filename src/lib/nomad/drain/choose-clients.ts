import { AdminError } from '../../errors.ts';
import type { NomadClient, ReadOptions } from '../client.ts';
import type { NomadNode } from '../model.ts';
import { findNodes, isSelective, type NodeSelector, selectNodes } from '../nodes/find-node.ts';
import { liveBuilds, readLoad } from '../nodes/node-load.ts';

/** The clients to change, as the operator gives them. */
export interface WantedClients {
  /** IDs, prefixes, names, addresses or instance IDs. */
  readonly names: readonly string[];
  readonly selector: NodeSelector;
  /** Whether to change every client. */
  readonly all: boolean;
}

/** The clients to change, and all clients. */
export interface ChosenClients {
  readonly chosen: readonly NomadNode[];
  readonly fleet: readonly NomadNode[];
}

/**
 * Finds the clients to change. To exclude mistakes, exactly one of names, a selector and `all` must
 * be given.
 *
 * @throws AdminError of kind `usage` (NO_CLIENT_NAMED, CONFLICTING_FLAGS, AMBIGUOUS_NODE) or
 *   `notFound` (NODE_NOT_FOUND)
 */
export async function chooseClients(
  nomad: Pick<NomadClient, 'nodes' | 'node' | 'allocations'>,
  wanted: WantedClients,
  options: ReadOptions = {},
): Promise<ChosenClients> {
  requireOneSelection(wanted);
  const fleet: NomadNode[] = [];
  for await (const node of nomad.nodes(options)) fleet.push(node);
  if (wanted.all) return { chosen: fleet, fleet };
  if (wanted.names.length > 0) {
    return { chosen: await findNodes(nomad, wanted.names, fleet, options), fleet };
  }
  const { selector } = wanted;
  // Validates the selector before the longer read.
  const fitting = selectNodes(fleet, { ...selector, idle: false });
  if (!selector.idle) return { chosen: fitting, fleet };
  const load = await readLoad(nomad, options);
  const live = new Map([...load].map(([id, one]) => [id, liveBuilds(one)]));
  return { chosen: selectNodes(fitting, selector, live), fleet };
}

function requireOneSelection({ names, selector, all }: WantedClients): void {
  const selections = [names.length > 0, isSelective(selector), all].filter(Boolean).length;
  if (selections === 1) return;
  if (selections === 0) {
    throw new AdminError('usage', 'No client was named', {
      code: 'NO_CLIENT_NAMED',
      hint: 'Name clients, or select them with --status, --idle, --class, --name or --nomad-version. List them: circleci-admin nomad node-status',
    });
  }
  throw new AdminError('usage', 'Client names and selectors cannot be used together', {
    code: 'CONFLICTING_FLAGS',
    hint: 'Use only one of: names, selectors (--status, --idle, ...), --all.',
  });
}
