import { ApiError, flag, requireUuid } from '../api-request.ts';
import { requireLink } from '../client-link.ts';
import type { NomadCore } from '../core.ts';
import { streamLog } from '../logs/log-stream.ts';
import { encode } from '../wire/encode.ts';
import { hostStats } from '../wire/host-stats.ts';
import { type Route, segment } from './route.ts';

/** `/v1/client/...`: requests that the servers forward to a client. */
export function clientRoutes(core: NomadCore): readonly Route[] {
  return [
    {
      kind: 'stream',
      pattern: /^\/v1\/client\/fs\/logs\/([^/]*)$/,
      serve: (request, response) =>
        streamLog(core, { allocationId: segment(request, 0), params: request.params }, response),
    },
    {
      kind: 'agent',
      pattern: /^\/v1\/client\/stats$/,
      answer: (request) => {
        const id = request.params.get('node_id') ?? '';
        if (id === '') throw new ApiError(400, 'Nomad not running in client mode');
        requireUuid(id, 'node');
        const node = core.state.nodes.get(id);
        if (node === undefined) throw new ApiError(404, `Unknown node "${id}"`);
        requireLink(node);
        return { index: null, body: () => encode(hostStats(core, node)) };
      },
    },
    {
      kind: 'agent',
      pattern: /^\/v1\/client\/gc$/,
      answer: (request) => {
        const id = request.params.get('node_id') ?? '';
        if (flag(request.params, 'dry') || id === '') return { index: null, body: () => 'null' };
        for (const allocation of core.state.allocationsOfNode(id)) {
          if (allocation.client !== 'running') core.logs.collect(allocation.id);
        }
        return { index: null, body: () => 'null' };
      },
    },
  ];
}
