import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { AdminError } from '../errors.ts';

/**
 * Opens a TCP connection to `host:port` through an HTTP proxy (CONNECT).
 *
 * @throws AdminError `service` KUBERNETES_UNREACHABLE if the proxy cannot be reached or refuses
 */
export async function openTunnel(
  proxyUrl: string,
  destination: { readonly host: string; readonly port: number },
  signal?: AbortSignal,
): Promise<Socket> {
  const proxy = new URL(proxyUrl);
  const to = `${destination.host}:${destination.port}`;
  const credentials = [proxy.username, proxy.password].map(decodeURIComponent).join(':');
  const asking: ClientRequest = request({
    host: proxy.hostname,
    port: proxy.port || 80,
    method: 'CONNECT',
    path: to,
    headers: {
      host: to,
      ...(proxy.username
        ? { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
        : {}),
    },
    ...(signal ? { signal } : {}),
  });
  asking.end();
  let answer: IncomingMessage;
  let socket: Socket;
  try {
    [answer, socket] = await once(asking, 'connect');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(`The proxy ${proxy.host} cannot be reached: ${reason}`, error);
  }
  if (answer.statusCode === 200) return socket;
  socket.destroy();
  throw refused(`The proxy ${proxy.host} refused to connect to ${to}: ${answer.statusCode}`);
}

function refused(message: string, cause?: unknown): AdminError {
  return new AdminError('service', message, {
    code: 'KUBERNETES_UNREACHABLE',
    hint: 'Check HTTPS_PROXY and NO_PROXY, or proxy-url in the kubeconfig.',
    cause,
  });
}
