import { ApiError } from './api-request.ts';
import type { NodeRecord } from './records.ts';

/**
 * Checks that the servers can reach a client.
 *
 * @throws ApiError 404
 */
export function requireLink(node: NodeRecord | undefined): void {
  if (node === undefined || !node.linked) throw new ApiError(404, 'No path to node');
}
