import { AdminError } from '../../errors.ts';
import { globPattern } from '../../glob.ts';
import type { NodeId, NomadNode } from '../model.ts';

/** Words for `--status`. `active` is what CircleCI's operations guide calls Nomad's `ready`. */
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

/** Which nodes; every part that is given has to fit, within a part one of its words. */
export interface NodeSelector {
  readonly status?: readonly StatusSelector[];
  /** Without a live build. */
  readonly idle?: boolean;
  readonly nodeClass?: readonly string[];
  /** Globs (`*`, `?`) over the whole name. */
  readonly name?: readonly string[];
  /** A version, or its beginning up to a dot: `1.1` fits 1.1.2 and not 1.10.0. */
  readonly nomadVersion?: readonly string[];
}

/** Whether a node takes builds: up, eligible and not draining. */
export function takesBuilds(node: Pick<NomadNode, 'status' | 'eligible' | 'draining'>): boolean {
  return node.status === 'ready' && node.eligible && !node.draining;
}

/**
 * Whether Nomad hears from a node: only then is what it says of the allocations there what they do.
 * A machine that is cut off runs on with them.
 */
export function isHeard({ status }: Pick<NomadNode, 'status'>): boolean {
  return status === 'ready' || status === 'initializing';
}

/** Whether a selector leaves anything out. */
export function isSelective(selector: NodeSelector): boolean {
  const lists = [selector.status, selector.nodeClass, selector.name, selector.nomadVersion];
  return selector.idle === true || lists.some((list) => (list?.length ?? 0) > 0);
}

/**
 * The nodes that fit a selector, in their order.
 *
 * @param liveBuilds live allocations by node, needed for `idle`; a node without an entry has none
 * @throws AdminError of kind `usage`, code BAD_STATUS_SELECTOR, for a status word that is none
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

/** A part that is not given fits everything. */
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
