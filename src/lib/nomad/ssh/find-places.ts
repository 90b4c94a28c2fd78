import { type AdminError, isAdminError } from '../../errors.ts';
import type { NomadNode } from '../model.ts';
import { type NodeReader, resolveNodes } from '../nodes/find-node.ts';
import { sshHost } from './ssh-host.ts';

/** Which clients are looked for. */
export interface PlaceSearch {
  /** The Nomad that knows where its clients are. */
  readonly nomad: () => Promise<NodeReader>;
  /** As operators name clients; hosts to log in on where Nomad cannot be reached. */
  readonly names: readonly string[];
  readonly signal: AbortSignal;
  /** Says something that the operator should know. */
  readonly note: (line: string) => void;
}

/** A host to log in on, and the client that is expected there; null where nobody knows. */
export interface Place {
  readonly host: string;
  readonly node: NomadNode | null;
}

/**
 * Where clients are logged in on. Nomad is asked; where that cannot be reached from here, which is
 * when it is needed most, the names are taken as hosts.
 *
 * @throws AdminError as {@link resolveNodes} and {@link sshHost}
 */
export async function findPlaces(search: PlaceSearch): Promise<readonly Place[]> {
  const { nomad, names, signal, note } = search;
  try {
    const nodes = await resolveNodes(await nomad(), names, { signal });
    return nodes.map((node) => ({ host: sshHost(node), node }));
  } catch (error) {
    signal.throwIfAborted();
    if (!isAdminError(error) || !cannotBeAsked(error)) throw error;
    note(`Cannot list the clients of Nomad: ${error.message}. Logging in to the named hosts.`);
    return [...new Set(names)].map((host) => ({ host, node: null }));
  }
}

/** Whether Nomad did not answer. That there is no such client, for one, is an answer. */
function cannotBeAsked({ kind, code }: AdminError): boolean {
  return ['service', 'timeout', 'unauthorised'].includes(kind) || WITHOUT_WAY.has(code);
}

/** Codes of errors that say that no access to Nomad or its cluster is configured. */
const WITHOUT_WAY: ReadonlySet<string> = new Set([
  'NOMAD_NOT_CONFIGURED',
  'NO_KUBECONFIG',
  'CONTEXT_NOT_FOUND',
]);
