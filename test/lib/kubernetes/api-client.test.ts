import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { closedPort, failure, serve } from '../http/loopback.ts';
import {
  apiServer,
  clientOf,
  connectionTo,
  recorded,
  recordedText,
  recordings,
} from './api-server.ts';

/** Answers every request with its recorded response, and records the requests in `asked`. */
function replay(asked: string[] = []): RequestListener {
  return (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? '', 'http://x');
    url.searchParams.delete('limit');
    const found = recordings().find(
      (one) => one.method === request.method && one.path === decodeURI(url.pathname + url.search),
    );
    if (!found) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      return response.end('404 page not found\n');
    }
    response.writeHead(found.status, { 'content-type': found.contentType });
    response.end(recordedText(found.file));
  };
}

describe('pods', () => {
  test('can be listed, read and deleted', async () => {
    const asked: string[] = [];
    const client = await apiServer(replay(asked));
    const pods = await client.listPods();
    expect(pods.map(({ name }) => name)).toContain('circleci-nomad-0');
    const name = 'crasher-6d4577c5c-m7mtf';
    expect((await client.getPod(name)).containers[0]?.restarts).toBe(4);
    await client.deletePod('output-processor-847b744b88-2k57b', { gracePeriodSeconds: 1 });
    expect(asked).toEqual([
      'GET /api/v1/namespaces/circleci-server/pods?limit=500',
      `GET /api/v1/namespaces/circleci-server/pods/${name}`,
      'DELETE /api/v1/namespaces/circleci-server/pods/output-processor-847b744b88-2k57b',
    ]);
  });

  test('are listed page by page', async () => {
    const { items } = recorded('pods.json') as { readonly items: readonly unknown[] };
    const client = await apiServer((request, response) => {
      const page = new URL(request.url ?? '', 'http://x').searchParams.get('continue');
      const metadata = page === null ? { continue: 'more', resourceVersion: '1' } : {};
      response.end(
        JSON.stringify({ metadata, items: page === null ? items.slice(0, 2) : items.slice(2, 3) }),
      );
    });
    expect(await client.listPods()).toHaveLength(3);
  });

  test.each([
    [
      'that does not exist throws an error instead of returning an empty list',
      404,
      'NAMESPACE_NOT_FOUND',
    ],
    ['that is empty returns an empty list', 200, null],
    ['that may not be read returns an empty list', 403, null],
  ])('in a namespace %s', async (_name, status, code) => {
    const client = await apiServer(
      (request, response) => {
        const pods = request.url?.startsWith('/api/v1/namespaces/nope/pods');
        response.statusCode = pods ? 200 : status;
        response.end(pods ? recordedText('error-namespace-empty.json') : '{}');
      },
      { namespace: 'nope' },
    );
    if (code === null) expect(await client.listPods()).toEqual([]);
    else
      expect(await failure(client.listPods())).toMatchObject({
        kind: 'notFound',
        code,
        message: `There is no namespace "nope" in ${client.target.server}`,
      });
    expect(await client.namespaceExists('nope')).toBe(status === 403 ? null : status === 200);
  });

  test('with an invalid selector throw BAD_SELECTOR', async () => {
    const client = await apiServer((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(recordedText('error-bad-selector.json'));
    });
    expect(await failure(client.listPods({ labelSelector: '==' }))).toMatchObject({
      kind: 'validation',
      code: 'BAD_SELECTOR',
    });
  });
});

describe('a log', () => {
  const pod = 'dispatcher-7c4bd54bb-mn4lr';

  test('is requested like in the recording, and its bytes are returned unchanged', async () => {
    const client = await apiServer(replay());
    const pieces: Uint8Array[] = [];
    const request = { pod, tailLines: 3, timestamps: true };
    // The order of the parameters in the recording is different.
    const { origin } = await serve((asked, response) => {
      const query = new URL(asked.url ?? '', 'http://x').searchParams;
      expect(Object.fromEntries(query)).toEqual({ tailLines: '3', timestamps: 'true' });
      response.end(recordedText('log-timestamps.txt'));
    });
    for await (const piece of clientOf(connectionTo(origin)).podLogs(request)) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe(recordedText('log-timestamps.txt'));
    const waiting = client.podLogs({ pod: 'badimage-757564dc45-mdk92' });
    expect(await failure(waiting[Symbol.asyncIterator]().next())).toMatchObject({
      kind: 'service',
      code: 'CONTAINER_WAITING',
    });
  });

  test('is requested with an age and a limit if they are given', async () => {
    const asked: Record<string, string>[] = [];
    const client = await apiServer((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      asked.push(Object.fromEntries(query));
      response.end();
    });
    for (const part of [{ sinceSeconds: 90, limitBytes: 4_096 }, { sinceSeconds: 0 }, {}]) {
      for await (const _ of client.podLogs({ pod, ...part }));
    }
    expect(asked).toEqual([{ sinceSeconds: '90', limitBytes: '4096' }, { sinceSeconds: '0' }, {}]);
  });

  test('is streamed with `follow` until the signal is aborted', async () => {
    const controller = new AbortController();
    const client = await apiServer((request, response) => {
      expect(request.url).toContain('follow=true');
      response.write('one\n');
    });
    const reason = new Error('ctrl-c');
    const following = (async () => {
      for await (const piece of client.podLogs({ pod, follow: true, signal: controller.signal })) {
        expect(Buffer.from(piece).toString()).toBe('one\n');
        controller.abort(reason);
      }
    })();
    expect(await failure(following)).toBe(reason);
  });
});

describe('the pod proxy', () => {
  const pod = 'circleci-nomad-0';

  test("returns Nomad's responses unchanged", async () => {
    const asked: string[] = [];
    const nomad = (await apiServer(replay(asked))).podProxy(pod, 4646);
    const nodes = await nomad.request({ method: 'GET', path: '/v1/nodes' });
    expect(await nodes.json()).toEqual(recorded('proxy-nomad-nodes.json'));
    const missing = await nomad.request({ method: 'GET', path: '/v1/job/nope' });
    expect([missing.status, await missing.text()]).toEqual([
      404,
      recordedText('proxy-nomad-error-passes-through.txt'),
    ]);
    expect(asked[0]).toBe(`GET /api/v1/namespaces/circleci-server/pods/${pod}:4646/proxy/v1/nodes`);
  });

  test('returns a JSON error response of the pod unchanged', async () => {
    const body = '{"server":{"ok":false,"message":"No cluster leader"}}';
    const client = await apiServer((request, response) => {
      expect(request.url).toContain('/pods/https:circleci-nomad-0:4646/proxy/v1/agent/health');
      response.writeHead(500, { 'content-type': 'application/json', 'x-nomad-index': '7' });
      response.end(body);
    });
    const response = await client
      .podProxy(pod, 4646, { tls: true })
      .request({ method: 'GET', path: '/v1/agent/health' });
    expect([response.status, response.headers['x-nomad-index'], await response.text()]).toEqual([
      500,
      '7',
      body,
    ]);
  });

  test.each([
    [
      'error-proxy-wrong-port.json',
      503,
      'service',
      'PORT_REFUSED',
      'Cannot connect to port 4646 of pod circleci-nomad-0: nothing listens there',
    ],
    [
      'error-proxy-no-pod.json',
      404,
      'notFound',
      'POD_NOT_FOUND',
      'There is no pod "nope" in namespace circleci-server',
    ],
    [
      'error-unauthorized.json',
      401,
      'unauthorised',
      'KUBERNETES_UNAUTHORIZED',
      expect.stringContaining('does not accept the credentials of context "test"'),
    ],
  ])(
    'throws an error for a Status of the API server itself: %s',
    async (file, status, kind, code, message) => {
      const client = await apiServer((_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(recordedText(file));
      });
      const asking = client.podProxy(pod, 4646).request({ method: 'GET', path: '/v1/nodes' });
      expect(await failure(asking)).toMatchObject({ kind, code, message });
    },
  );
});

test('permissions are checked like in kubectl, with the API group', async () => {
  const asked: unknown[] = [];
  const client = await apiServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const { spec } = JSON.parse(body);
      asked.push(spec.resourceAttributes);
      const allowed = spec.resourceAttributes.verb === 'list';
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(recordedText(`access-review-${allowed ? 'allowed' : 'denied'}.json`));
    });
  });
  expect(await client.can('list', 'pods')).toBe(true);
  expect(await client.can('create', 'pods', 'exec')).toBe(false);
  await client.can('list', 'leases.coordination.k8s.io');
  const namespace = 'circleci-server';
  expect(asked).toEqual([
    { namespace, verb: 'list', resource: 'pods' },
    { namespace, verb: 'create', resource: 'pods', subresource: 'exec' },
    { namespace, verb: 'list', resource: 'leases', group: 'coordination.k8s.io' },
  ]);
});

test('events of a pod are those of its UID, ordered from oldest to newest', async () => {
  const client = await apiServer((request, response) => {
    expect(new URL(request.url ?? '', 'http://x').searchParams.get('fieldSelector')).toBe(
      'involvedObject.kind=Pod,involvedObject.name=circleci-nomad-0,involvedObject.uid=7f3a',
    );
    const { items } = recorded('events.json') as { readonly items: readonly unknown[] };
    response.end(JSON.stringify({ items: [...items].reverse() }));
  });
  const pod = { name: 'circleci-nomad-0', uid: '7f3a' };
  const moments = (await client.podEvents(pod)).map(({ lastAt }) => Number(lastAt));
  expect(moments.length).toBeGreaterThan(3);
  expect(moments).toEqual([...moments].sort((a, b) => a - b));
});

describe('credentials', () => {
  test('are refreshed after a refusal, once for all concurrent requests', async () => {
    let fresh = 0;
    const client = await apiServer(
      (request, response) => {
        const known = request.headers.authorization === 'Bearer new';
        response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
        response.end(recordedText(known ? 'version.json' : 'error-unauthorized.json'));
      },
      {
        refreshable: true,
        credentials: async (how) => {
          if (how?.fresh) fresh += 1;
          return { headers: { authorization: how?.fresh ? 'Bearer new' : 'Bearer old' }, tls: {} };
        },
      },
    );
    const versions = await Promise.all(Array.from({ length: 5 }, () => client.version()));
    expect(versions).toEqual(Array.from({ length: 5 }, () => 'v1.21.2-k3s1'));
    expect(fresh).toBe(1);
  });

  test('that are still refused after a refresh throw an error', async () => {
    const client = await apiServer(
      (_request, response) => {
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(recordedText('error-unauthorized.json'));
      },
      { refreshable: true },
    );
    expect(await failure(client.version())).toMatchObject({
      kind: 'unauthorised',
      code: 'KUBERNETES_UNAUTHORIZED',
    });
  });
});

test('the path prefix of a gateway is added to every path', async () => {
  const asked: string[] = [];
  const client = await apiServer(
    (request, response) => {
      asked.push(request.url ?? '');
      response.end(recordedText('version.json'));
    },
    { basePath: '/k8s/clusters/c-1' },
  );
  await client.version();
  expect(asked).toEqual(['/k8s/clusters/c-1/version']);
});

test('an unreachable cluster is named in the error of every kind of request', async () => {
  const port = await closedPort();
  const client = clientOf(connectionTo(`http://127.0.0.1:${port}`));
  const { PassThrough } = await import('node:stream');
  const out = new PassThrough();
  const ways = [
    () => client.version(),
    () => client.listPods(),
    () => client.podProxy('circleci-nomad-0', 4646).request({ method: 'GET', path: '/v1/nodes' }),
    () => client.exec({ pod: 'circleci-nomad-0', command: ['true'], stdout: out, stderr: out }),
    () => client.connect('circleci-nomad-0', 4646),
  ];
  for (const way of ways) {
    expect(await failure(way())).toMatchObject({
      kind: 'service',
      code: 'KUBERNETES_UNREACHABLE',
      message: `Kubernetes: Cannot reach 127.0.0.1:${port}: the connection was refused`,
      hint: expect.stringContaining('--context'),
    });
  }
});
