import { type AdminError, isAdminError } from '../../errors.ts';
import type { NomadNode } from '../model.ts';
import { type NodeReader, resolveNodes } from '../nodes/find-node.ts';
import { sshHost } from './ssh-host.ts';

/** The clients to find. */
export interface HostSearch {
  /** The Nomad that knows the addresses of its clients. */
  readonly nomad: () => Promise<NodeReader>;
  /** The clients as the operator names them; used as host names if Nomad is unreachable. */
  readonly names: readonly string[];
  readonly signal: AbortSignal;
  /** Shows a note to the operator. */
  readonly note: (line: string) => void;
}

/** A host to log in to, and the client that is expected there; null if unknown. */
export interface ClientHost {
  readonly host: string;
  readonly node: NomadNode | null;
}

/**
 * Finds the hosts of clients through Nomad. If Nomad is unreachable, which is when logging in is
 * needed most, the names are used as host names.
 *
 * @throws AdminError as {@link resolveNodes} and {@link sshHost}
 */
export async function findHosts(search: HostSearch): Promise<readonly ClientHost[]> {
  const { nomad, names, signal, note } = search;
  try {
    const nodes = await resolveNodes(await nomad(), names, { signal });
    return nodes.map((node) => ({ host: sshHost(node), node }));
  } catch (error) {
    signal.throwIfAborted();
    if (!isAdminError(error) || !isUnreachable(error)) throw error;
    note(`Cannot list the clients of Nomad: ${error.message}. Logging in to the named hosts.`);
    return [...new Set(names)].map((host) => ({ host, node: null }));
  }
}

/**
 * Returns whether Nomad did not answer. The error that a client does not exist, for example, is an
 * answer.
 */
function isUnreachable({ kind, code }: AdminError): boolean {
  return ['service', 'timeout', 'unauthorised'].includes(kind) || NO_ACCESS_CODES.has(code);
}

/** The error codes for which no access to Nomad or its cluster is configured. */
const NO_ACCESS_CODES: ReadonlySet<string> = new Set([
  'NOMAD_NOT_CONFIGURED',
  'NO_KUBECONFIG',
  'CONTEXT_NOT_FOUND',
]);
