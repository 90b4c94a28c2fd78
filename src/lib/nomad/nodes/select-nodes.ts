import { AdminError } from '../../errors.ts';
import { globPattern } from '../../glob.ts';
import type { NodeId, NomadNode } from '../model.ts';

/** The values of `--status`. `active` is the operations guide's name for Nomad's `ready`. */
export const STATUS_SELECTORS = [
  'ready',
  'active',
  'down',
  'draining',
  'ineligible',
  'eligible',
  'initializing',
  'disconnected',
  'usable',
] as const;

/** One of {@link STATUS_SELECTORS}. */
export type StatusSelector = (typeof STATUS_SELECTORS)[number];

/** Selects nodes. Every given part must match; a part matches if one of its values does. */
export interface NodeSelector {
  readonly status?: readonly StatusSelector[];
  /** Whether to select only nodes without live builds. */
  readonly idle?: boolean;
  readonly nodeClass?: readonly string[];
  /** Globs (`*`, `?`) that must match the whole name. */
  readonly name?: readonly string[];
  /** A version, or its first components: `1.1` matches 1.1.2 but not 1.10.0. */
  readonly nomadVersion?: readonly string[];
}

/** Returns whether a node accepts builds: it is ready, eligible and not draining. */
export function takesBuilds(node: Pick<NomadNode, 'status' | 'eligible' | 'draining'>): boolean {
  return node.status === 'ready' && node.eligible && !node.draining;
}

/**
 * Returns whether Nomad is in contact with a node. Only then are the reported states of its
 * allocations real; a disconnected machine continues to run them.
 */
export function isConnected({ status }: Pick<NomadNode, 'status'>): boolean {
  return status === 'ready' || status === 'initializing';
}

/** Returns whether a selector excludes any node. */
export function isSelective(selector: NodeSelector): boolean {
  const lists = [selector.status, selector.nodeClass, selector.name, selector.nomadVersion];
  return selector.idle === true || lists.some((list) => (list?.length ?? 0) > 0);
}

/**
 * Returns the nodes that match a selector, in their order.
 *
 * @param liveBuilds live allocations by node, needed for `idle`; a node without an entry has none
 * @throws AdminError of kind `usage`, code BAD_STATUS_SELECTOR, for an unknown status
 */
export function selectNodes<Node extends NomadNode>(
  nodes: readonly Node[],
  selector: NodeSelector,
  liveBuilds: ReadonlyMap<NodeId, number> = new Map(),
): readonly Node[] {
  for (const word of selector.status ?? []) requireStatusWord(word);
  const globs = (selector.name ?? []).map(globPattern);
  return nodes.filter(
    (node) =>
      some(selector.status, (word) => hasStatus(node, word)) &&
      some(selector.nodeClass, (name) => node.nodeClass === name) &&
      some(globs, (glob) => glob.test(node.name)) &&
      some(selector.nomadVersion, (version) => hasVersion(node, version)) &&
      (!selector.idle || (liveBuilds.get(node.id) ?? 0) === 0),
  );
}

/** A part that is not given matches everything. */
function some<Word>(words: readonly Word[] | undefined, fits: (word: Word) => boolean): boolean {
  return words === undefined || words.length === 0 || words.some(fits);
}

function hasStatus(node: NomadNode, word: StatusSelector): boolean {
  switch (word) {
    case 'active':
      return node.status === 'ready';
    case 'draining':
      return node.draining;
    case 'eligible':
      return node.eligible;
    case 'ineligible':
      return !node.eligible;
    case 'usable':
      return takesBuilds(node);
    default:
      return node.status === word;
  }
}

function hasVersion(node: NomadNode, version: string): boolean {
  const wanted = version.replace(/^v/, '');
  const rest = node.version?.startsWith(wanted) ? node.version.slice(wanted.length) : null;
  return rest !== null && (rest === '' || /^[.+-]/.test(rest));
}

function requireStatusWord(word: string): void {
  if (STATUS_SELECTORS.some((known) => known === word)) return;
  throw new AdminError('usage', `"${word}" is not a client status`, {
    code: 'BAD_STATUS_SELECTOR',
    hint: `Valid values are ${STATUS_SELECTORS.join(', ')}.`,
  });
}
