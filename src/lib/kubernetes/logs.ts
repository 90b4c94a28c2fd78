import type { PodLogRequest } from './client.ts';
import { podPath } from './paths.ts';
import type { Transport } from './transport.ts';

/**
 * Streams the bytes of a container's log. With `follow`, the stream ends when the container ends or
 * the signal is aborted; an abort throws the signal's reason.
 *
 * @throws AdminError as listed at KubernetesClient; `validation` BAD_CONTAINER, `notFound`
 *   NO_PREVIOUS_LOG, `service` CONTAINER_WAITING, BAD_ANSWER if the connection breaks
 */
export async function* podLogs(
  transport: Transport,
  request: PodLogRequest,
): AsyncGenerator<Uint8Array, void, undefined> {
  const query = new URLSearchParams();
  if (request.container !== undefined) query.set('container', request.container);
  if (request.follow) query.set('follow', 'true');
  if (request.previous) query.set('previous', 'true');
  if (request.timestamps) query.set('timestamps', 'true');
  if (request.tailLines !== undefined) query.set('tailLines', String(request.tailLines));
  if (request.sinceTime) query.set('sinceTime', request.sinceTime.toISOString());
  if (request.sinceSeconds !== undefined) {
    query.set('sinceSeconds', String(request.sinceSeconds));
  }
  if (request.limitBytes !== undefined) query.set('limitBytes', String(request.limitBytes));
  const response = await transport.ask(
    {
      method: 'GET',
      path: `${podPath(transport.target, request.pod)}/log?${query}`,
      ...(request.signal ? { signal: request.signal } : {}),
      // A followed log may be silent for any length of time.
      ...(request.follow ? { bodyTimeout: 0 } : {}),
    },
    { action: `read the log of pod ${request.pod}` },
  );
  yield* response.body;
}
