import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createHttpClient } from '../../../src/lib/http/undici-client.ts';
import { Masker } from '../../../src/lib/masking.ts';
import type { StepsApi } from '../../../src/lib/server/steps-api.ts';
import { createStepsApi } from '../../../src/lib/server/steps-client.ts';
import { HurriedClock } from '../../support/hurried-clock.ts';

export const TOKEN = 'a-personal-token';

/** An HTTP server under the test's control, and a record of its requests. */
export interface Scripted {
  readonly origin: string;
  readonly asked: { readonly path: string; readonly token: string | undefined }[];
  /** The peak number of parallel requests. */
  most: number;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export async function scripted(answer: Answer): Promise<Scripted> {
  let open = 0;
  const server = createServer((request, response) => {
    const token = request.headers['circle-token'];
    known.asked.push({
      path: request.url ?? '',
      token: Array.isArray(token) ? token[0] : token,
    });
    open += 1;
    known.most = Math.max(known.most, open);
    response.once('close', () => {
      open -= 1;
    });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const known: Scripted = { origin: `http://127.0.0.1:${port}`, asked: [], most: 0 };
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return known;
}

/** Returns a client of a server, and the masker with the secrets that it registered. */
export function stepsApiOf({ origin }: Pick<Scripted, 'origin'>): {
  readonly api: StepsApi;
  readonly masker: Masker;
} {
  const clock = new HurriedClock(new Date('2026-03-02T09:00:00Z'));
  const masker = new Masker();
  const connect = (to: string) => {
    const http = createHttpClient({ origin: to, requestTimeout: 20_000, clock, random: () => 0 });
    onTestFinished(() => http.close());
    return http;
  };
  const elsewhere = async (to: string) => connect(to);
  return {
    api: createStepsApi({ http: connect(origin), elsewhere, token: TOKEN, masker }),
    masker,
  };
}

export const json = (response: ServerResponse, document: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(document));
};

/** The output of a step as JSON. */
export const messages = (...texts: readonly string[]): unknown =>
  texts.map((message) => ({ message, time: '2026-03-02T08:00:00Z', type: 'out' }));

/** An action as the API returns it. */
export const action = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  name,
  index: 0,
  step: 102,
  type: 'test',
  status: 'success',
  bash_command: null,
  has_output: true,
  ...more,
});

/** A build with these actions. */
export const build = (...actions: readonly ReturnType<typeof action>[]) => ({
  build_num: 26,
  build_url: 'https://circleci.example.com/gh/acme/web/26',
  status: 'success',
  lifecycle: 'finished',
  steps: actions.map((one) => ({ name: one.name, actions: [one] })),
});
