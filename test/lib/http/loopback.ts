import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';

/** Starts an HTTP server on a free loopback port and stops it after the test. */
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

/** Returns a loopback port without a listener. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * A clock on which sleeps shorter than `longest` end at once and are recorded; others never end.
 */
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

/** Returns the reason of a rejected promise; throws if the promise is fulfilled. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  const nothing = Symbol();
  const result = await promise.then(
    () => nothing,
    (error: unknown) => error,
  );
  if (result === nothing) throw new Error('expected a failure, and there was none');
  return result;
}
