import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';

/** A real HTTP server on a free loopback port, gone after the test. */
export async function serve(
  listener: RequestListener,
  tls?: SecureContextOptions & TlsOptions,
): Promise<{ readonly origin: string; readonly server: Server }> {
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, server };
}

/** A port of loopback that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A clock on which every pause is over at once and is written down; longer ones never are. */
export function hurriedClock(longest = 20_000): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    pauses,
    now: () => new Date('2026-11-23T17:00:00Z'),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        if (ms >= longest) return;
        pauses.push(ms);
        setImmediate(resolve);
      }),
  };
}

/** What a promise was rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  const nothing = Symbol();
  const result = await promise.then(
    () => nothing,
    (error: unknown) => error,
  );
  if (result === nothing) throw new Error('expected a failure, and there was none');
  return result;
}
