import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { failure } from '../http/loopback.ts';
import { apiServer, recorded, recordedText } from './api-server.ts';

const FORBIDDEN = recordedText('error-forbidden-list-all.json');

/** Answers the given paths with JSON, and all others with an error of status 403. */
function answers(documents: Readonly<Record<string, unknown>>) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '').replace(/\?.*$/, '');
    const found = documents[path];
    response.statusCode = found === undefined ? 403 : 200;
    response.end(found === undefined ? FORBIDDEN : JSON.stringify(found));
  };
}

describe('facts of a cluster', () => {
  test('are read from recorded responses', async () => {
    const { items } = recorded('namespaces.json') as {
      items: readonly { metadata: { name: string; uid: string } }[];
    };
    const namespace = items.find(({ metadata }) => metadata.name === 'kube-system');
    const client = await apiServer(
      answers({
        '/version': recorded('version.json'),
        '/api/v1/nodes': recorded('nodes.json'),
        '/api/v1/namespaces/kube-system': namespace,
        '/api/v1/pods': recorded('pods.json'),
      }),
    );
    expect(await client.namespaceId('kube-system')).toBe(namespace?.metadata.uid);
    expect(await client.kubeletVersions()).toEqual(['v1.21.2-k3s1']);
    expect((await client.listAllPods())?.map(({ namespace: one }) => one)).toContain(
      'circleci-server',
    );
    expect(Math.abs(Date.now() - Number(await client.serverTime()))).toBeLessThan(5_000);
  });

  test('include the distinct hosts of all Ingresses, also if rules have no host', async () => {
    const ingress = (...hosts: readonly (string | undefined)[]) => ({
      spec: { rules: hosts.map((host) => ({ host })) },
    });
    const path = '/apis/networking.k8s.io/v1/namespaces/circleci-server/ingresses';
    const items = [ingress('a.example.com', undefined), ingress('a.example.com', 'b'), {}];
    const client = await apiServer(answers({ [path]: { items } }));
    expect(await client.ingressHosts()).toEqual(['a.example.com', 'b']);
  });

  test('include the lost nodes: those that are not ready or do not exist', async () => {
    const { items } = recorded('nodes.json') as {
      items: readonly { metadata: object; status: object }[];
    };
    const silent = {
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    };
    const gone = {
      ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 404 },
      ...{ message: 'nodes "c" not found', reason: 'NotFound' },
      details: { name: 'c', kind: 'nodes' },
    };
    const client = await apiServer((request, response) => {
      const answer = {
        '/api/v1/nodes/a': items[0],
        '/api/v1/nodes/b': { ...items[0], status: { conditions: [silent] } },
      }[request.url ?? ''];
      response.statusCode = answer ? 200 : 404;
      response.end(JSON.stringify(answer ?? gone));
    });
    expect(await client.lostNodes(['a', 'b', 'c'])).toEqual([
      { name: 'b', why: 'Kubelet stopped posting node status.' },
      { name: 'c', why: 'it does not exist any more' },
    ]);
  });

  test('are null, not empty, without permission to read them', async () => {
    const client = await apiServer(answers({}));
    expect(await client.namespaceId('kube-system')).toBeNull();
    expect(await client.kubeletVersions()).toBeNull();
    expect(await client.lostNodes(['a'])).toBeNull();
    expect(await client.listAllPods()).toBeNull();
    expect(await client.ingressHosts()).toBeNull();
  });

  test('throw an error if reading them fails for another reason', async () => {
    const client = await apiServer((_request, response) => {
      response.statusCode = 401;
      response.end(recordedText('error-unauthorized.json'));
    });
    expect(await failure(client.kubeletVersions())).toMatchObject({
      kind: 'unauthorised',
      code: 'KUBERNETES_UNAUTHORIZED',
    });
  });
});
