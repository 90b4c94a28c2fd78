import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpClient } from '../../../../src/lib/http/undici-client.ts';
import {
  SERVER_ADMIN_TOKEN,
  SERVER_DEVELOPER_TOKEN,
} from '../../../../src/lib/sandbox/server/scenario.ts';
import { systemClock } from '../../../../src/lib/terminal/system-clock.ts';
import { startSandbox } from '../../../support/sandbox.ts';

interface Action {
  readonly name: string;
  readonly output_url?: string;
}
interface Build {
  readonly steps: readonly { readonly actions: readonly Action[] }[];
}

async function rig() {
  const { server } = await startSandbox({ scenario: 'demo' });
  const ca = readFileSync(server.environment()['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8');
  const ask = async (origin: string, path: string, token: string | null) => {
    const http = createHttpClient({
      origin,
      tls: { ca },
      requestTimeout: 5_000,
      retries: 0,
      clock: systemClock,
      random: () => 0,
    });
    onTestFinished(() => http.close());
    const headers: Readonly<Record<string, string>> =
      token === null ? {} : { 'circle-token': token };
    const response = await http.request({ method: 'GET', path, headers });
    return { status: response.status, text: await response.text() };
  };
  return { server, ask };
}

const BUILD = '/api/v1.1/project/github/acme/mobile-app/1';

test('a build requires a token, and the output of its steps only the signed URL', async () => {
  const { server, ask } = await rig();
  const { status, text } = await ask(server.url, BUILD, SERVER_DEVELOPER_TOKEN);
  expect(status).toBe(200);
  const actions = (JSON.parse(text) as Build).steps.flatMap((step) => step.actions);
  const kept = new URL(actions.find(({ name }) => name === 'Fetch pods')?.output_url ?? '');
  expect(kept.origin).not.toBe(server.url);
  const output = await ask(kept.origin, kept.pathname + kept.search, null);
  expect(output).toMatchObject({ status: 200, text: expect.stringContaining('620 MiB') });
  const same = await ask(server.url, `${BUILD}/output/102/0`, SERVER_DEVELOPER_TOKEN);
  expect(JSON.parse(same.text)).toEqual(JSON.parse(output.text));
  expect(await ask(kept.origin, kept.pathname, SERVER_ADMIN_TOKEN)).toMatchObject({ status: 403 });
});

test.each([
  [BUILD, null, 401],
  ['/api/v1.1/project/github/acme/mobile-app/99999', SERVER_ADMIN_TOKEN, 404],
  ['/api/v1.1/project/github/nobody/nothing/1', SERVER_ADMIN_TOKEN, 404],
  [`${BUILD}/output/105/0`, SERVER_ADMIN_TOKEN, 404],
  [`${BUILD}/output/102/1`, SERVER_ADMIN_TOKEN, 404],
  ['/api/v1.1/nothing', SERVER_ADMIN_TOKEN, 404],
])('%s is rejected with the token %s: %i', async (path, token, status) => {
  const { server, ask } = await rig();
  expect((await ask(server.url, path, token)).status).toBe(status);
});
