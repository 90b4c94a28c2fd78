import { AdminError } from '../../errors.ts';
import type { NomadClient, ReadOptions } from '../client.ts';
import type { NomadNode } from '../model.ts';
import { findNodes, isSelective, type NodeSelector, selectNodes } from '../nodes/find-node.ts';
import { liveBuilds, readLoad } from '../nodes/node-load.ts';

/** Which clients a change is about, as the operator says it. */
export interface WantedClients {
  /** Ids, prefixes, names, addresses or instance ids. */
  readonly names: readonly string[];
  readonly selector: NodeSelector;
  /** Every client there is. */
  readonly all: boolean;
}

/** The clients of a change, and all there are. */
export interface ChosenClients {
  readonly chosen: readonly NomadNode[];
  readonly fleet: readonly NomadNode[];
}

/**
 * Finds the clients that a change is about. Nothing is changed on the strength of a guess: names or
 * a selector or all, and never none of these.
 *
 * @throws AdminError of kind `usage` (NO_CLIENT_NAMED, CONFLICTING_FLAGS, AMBIGUOUS_NODE) or
 *   `notFound` (NODE_NOT_FOUND)
 */
export async function chooseClients(
  nomad: Pick<NomadClient, 'nodes' | 'node' | 'allocations'>,
  wanted: WantedClients,
  options: ReadOptions = {},
): Promise<ChosenClients> {
  requireOneWay(wanted);
  const fleet: NomadNode[] = [];
  for await (const node of nomad.nodes(options)) fleet.push(node);
  if (wanted.all) return { chosen: fleet, fleet };
  if (wanted.names.length > 0) {
    return { chosen: await findNodes(nomad, wanted.names, fleet, options), fleet };
  }
  const { selector } = wanted;
  // Checks the words of the selector before the longer read.
  const fitting = selectNodes(fleet, { ...selector, idle: false });
  if (!selector.idle) return { chosen: fitting, fleet };
  const load = await readLoad(nomad, options);
  const live = new Map([...load].map(([id, one]) => [id, liveBuilds(one)]));
  return { chosen: selectNodes(fitting, selector, live), fleet };
}

function requireOneWay({ names, selector, all }: WantedClients): void {
  const ways = [names.length > 0, isSelective(selector), all].filter(Boolean).length;
  if (ways === 1) return;
  if (ways === 0) {
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
