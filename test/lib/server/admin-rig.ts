import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import type { HttpTrace } from '../../../src/lib/http/http.ts';
import { createHttpClient } from '../../../src/lib/http/undici-client.ts';
import type { SandboxClock } from '../../../src/lib/sandbox/clock.ts';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import type { Scenario } from '../../../src/lib/sandbox/scenario.ts';
import type { ServerScenario } from '../../../src/lib/sandbox/server/scenario.ts';
import { SERVER_ADMIN_TOKEN } from '../../../src/lib/sandbox/server/scenario.ts';
import type { AdminApi } from '../../../src/lib/server/admin-api.ts';
import { type AdminApiOptions, createAdminApi } from '../../../src/lib/server/admin-client.ts';
import { systemClock } from '../../../src/lib/terminal/system-clock.ts';

/** Returns a scenario without builds, with this server. */
export function scenarioOf(server: ServerScenario): Scenario {
  return { name: 'test', summary: '', nomad: { clients: 1, builds: 0 }, kubernetes: {}, server };
}

/** Returns a client of a sandbox's server and a record of its requests; both end with the test. */
export function adminOf(
  { server }: Pick<Sandbox, 'server'>,
  options: Partial<Omit<AdminApiOptions, 'http'>> = {},
): { readonly api: AdminApi; readonly traces: HttpTrace[] } {
  const traces: HttpTrace[] = [];
  const { clock = systemClock, token = SERVER_ADMIN_TOKEN, random = () => 0.5 } = options;
  const http = createHttpClient({
    origin: server.url,
    tls: { ca: readFileSync(server.environment()['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8') },
    requestTimeout: 5_000,
    connections: 64,
    retries: 0,
    clock: systemClock,
    random,
    tracer: (trace) => traces.push(trace),
  });
  onTestFinished(() => http.close());
  return { api: createAdminApi({ ...options, http, token, clock, random }), traces };
}

/** A clock whose pauses take no time and are recorded. */
export function timelessClock(): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  let now = Date.parse('2026-03-02T09:00:00Z');
  return {
    pauses,
    now: () => new Date(now),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      pauses.push(ms);
      now += ms;
    },
  };
}

/** Advances a stopped clock millisecond by millisecond until the promise is settled. */
export async function runUntil<T>(clock: SandboxClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  while (!settled) {
    await clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}
