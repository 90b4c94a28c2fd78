import type { HttpClient, HttpRequest, HttpResponse } from '../http/http.ts';
import { bufferedResponse, collect } from '../http/response.ts';
import { parseStatus, statusFailure } from './errors.ts';
import { podPath } from './paths.ts';
import type { Transport } from './transport.ts';

/**
 * Returns an HTTP client for a port of a pod, through the API server's proxy. The pod's responses
 * are returned unchanged; a `Status` document of the API server itself becomes an AdminError.
 */
export function podProxy(
  transport: Transport,
  pod: string,
  port: number,
  options: { readonly tls?: boolean } = {},
): HttpClient {
  const name = options.tls ? `https:${pod}:${port}` : `${pod}:${port}`;
  // The API server does not accept escaped colons.
  const base = `${podPath(transport.target, '')}${name}/proxy`;
  return {
    origin: transport.target.server,
    request: async (request: HttpRequest) => {
      const response = await transport.request({ ...request, path: base + request.path });
      if (response.status < 400 || !isJson(response)) return response;
      const body = await collect(response.body);
      const status = parseStatus(body);
      if (status?.status === 'Failure') {
        const action = `port ${port} of pod ${pod}`;
        throw statusFailure(status, response.status, { target: transport.target, action });
      }
      const { origin } = new URL(transport.target.server);
      const attempted = { origin, method: request.method, path: request.path };
      return bufferedResponse({ ...response, body, attempted });
    },
    // The Kubernetes client owns the connections.
    close: () => Promise.resolve(),
  };
}

function isJson(response: HttpResponse): boolean {
  return (response.headers['content-type'] ?? '').startsWith('application/json');
}
