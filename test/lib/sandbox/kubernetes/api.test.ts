import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { patternSource, SILENT } from '../../../../src/lib/sandbox/kubernetes/log-source.ts';
import type { PodObject } from '../../../../src/lib/sandbox/kubernetes/objects.ts';
import { LIMITED_TOKEN, type PodSpec } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import { type Rig, startRig } from './rig.ts';

const NS = '/api/v1/namespaces/circleci-server';
const POD_SPECS: readonly PodSpec[] = [
  { name: 'web', replicas: 3, labels: { app: 'web', layer: 'application', tier: 'front' } },
  { name: 'db', kind: 'StatefulSet', readyAfterMs: 4_000 },
  { name: 'task', kind: 'Job', situation: 'completed' },
  { name: 'pair', containers: [{ name: 'main' }, { name: 'side' }] },
];

let rig: Rig;
beforeEach(async () => {
  rig = await startRig({ pods: POD_SPECS });
});
afterEach(() => rig.stop());

async function names(query: string): Promise<string[]> {
  const list = (await rig.fetch(`${NS}/pods?${query}`)).json();
  return (list['items'] as PodObject[]).map(({ metadata }) =>
    metadata.name.replace(/-[a-z0-9]+-[a-z0-9]{5}$|-[a-z0-9]{5}$/, ''),
  );
}

describe('selectors', () => {
  test.each([
    ['labelSelector', 'app=web', ['web', 'web', 'web']],
    ['labelSelector', 'app==db', ['db-0']],
    ['labelSelector', 'app!=web,app!=pair', ['db-0', 'task']],
    ['labelSelector', 'app in (db, pair)', ['db-0', 'pair']],
    ['labelSelector', 'app notin (db,pair,web)', ['task']],
    ['labelSelector', 'tier', ['web', 'web', 'web']],
    ['labelSelector', '!tier', ['db-0', 'pair', 'task']],
    ['fieldSelector', 'metadata.name=db-0', ['db-0']],
    ['fieldSelector', 'status.phase!=Running', ['task']],
    ['fieldSelector', 'status.phase=Running,metadata.name!=db-0', ['pair', 'web', 'web', 'web']],
  ])('%s %s', async (kind, selector, expected) => {
    expect(await names(`${kind}=${encodeURIComponent(selector)}`)).toEqual(expected);
  });

  test.each([
    ['labelSelector', 'app=a b', "found 'b', expected: ',' or 'end of string'"],
    ['labelSelector', 'app,', "found '', expected: identifier after ','"],
    ['labelSelector', 'app in x', "found 'x' expected: '('"],
    ['fieldSelector', 'status.foo=1', 'field label not supported: status.foo'],
    ['fieldSelector', 'phase', "invalid selector: 'phase'; can't understand 'phase'"],
  ])('rejects %s %s', async (kind, selector, message) => {
    const answer = await rig.fetch(`${NS}/pods?${kind}=${encodeURIComponent(selector)}`);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ reason: 'BadRequest', message });
  });
});

test('pages of any size return every pod once, and an expired page gets 410', async () => {
  const all = await names('');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), async (limit) => {
      const seen: string[] = [];
      let token = '';
      do {
        const path = `${NS}/pods?limit=${limit}&continue=${token}`;
        const page = (await rig.fetch(path)).json() as {
          items: PodObject[];
          metadata: { continue?: string; remainingItemCount?: number };
        };
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...page.items.map(({ metadata }) => metadata.uid));
        expect(page.metadata.remainingItemCount ?? 0).toBe(all.length - seen.length);
        token = page.metadata.continue ?? '';
      } while (token !== '');
      expect(new Set(seen).size).toBe(all.length);
      expect(seen.length).toBe(all.length);
    }),
    { numRuns: 8 },
  );
  const first = (await rig.fetch(`${NS}/pods?limit=2`)).json()['metadata'];
  rig.sandbox.compact();
  rig.sandbox.crash('db-0');
  const late = await rig.fetch(`${NS}/pods?limit=2&continue=${Object(first)['continue']}`);
  expect([late.status, late.json()['reason']]).toEqual([200, undefined]);
  rig.sandbox.compact();
  const later = await rig.fetch(`${NS}/pods?limit=2&continue=${Object(first)['continue']}`);
  expect([later.status, later.json()['reason']]).toEqual([410, 'Expired']);
});

test('a watch from an expired version gets an ERROR event with 410', async () => {
  const version = Object((await rig.fetch(`${NS}/pods`)).json()['metadata'])['resourceVersion'];
  rig.sandbox.deletePod('db-0', 0);
  rig.sandbox.compact();
  const watch = await rig.fetch(`${NS}/pods?watch=true&resourceVersion=${version}`);
  const event = watch.json() as { type: string; object: { code: number; message: string } };
  expect([watch.status, event.type, event.object.code]).toEqual([200, 'ERROR', 410]);
  expect(event.object.message).toMatch(/^too old resource version: \d+ \(\d+\)$/);
});

describe('a deleted pod', () => {
  test('of a Deployment is replaced at once under another name', async () => {
    const before = await rig.fetch(`${NS}/pods?labelSelector=app%3Dpair`);
    const [old] = before.json()['items'] as PodObject[];
    await rig.fetch(`${NS}/pods/${old?.metadata.name}`, { method: 'DELETE' });
    expect(await names('labelSelector=app%3Dpair')).toEqual(['pair', 'pair']);
    await rig.clock.advance(5_000);
    const after = (await rig.fetch(`${NS}/pods?labelSelector=app%3Dpair`)).json();
    const [fresh, ...others] = after['items'] as PodObject[];
    expect(others).toEqual([]);
    expect(fresh?.metadata.name).not.toBe(old?.metadata.name);
    expect(fresh?.status.phase).toBe('Running');
  });

  test('of a StatefulSet is replaced under its name after it has terminated, and becomes ready', async () => {
    const uid = rig.sandbox.pod('db-0').metadata.uid;
    await rig.fetch(`${NS}/pods/db-0?gracePeriodSeconds=30`, { method: 'DELETE' });
    expect(rig.sandbox.pod('db-0').metadata).toMatchObject({ uid, deletionGracePeriodSeconds: 30 });
    await rig.clock.advance(2_100);
    expect(rig.sandbox.pod('db-0').metadata.uid).not.toBe(uid);
    expect(rig.sandbox.pod('db-0').status.phase).toBe('Pending');
    const ready = (): unknown =>
      rig.sandbox.pod('db-0').status.conditions?.find(({ type }) => type === 'Ready')?.status;
    await rig.clock.advance(2_000);
    expect([rig.sandbox.pod('db-0').status.phase, ready()]).toEqual(['Running', 'False']);
    await rig.clock.advance(4_000);
    expect(ready()).toBe('True');
  });

  test('of a Job is not replaced', async () => {
    rig.sandbox.deletePod('task');
    await rig.clock.advance(60_000);
    expect(await names('labelSelector=app%3Dtask')).toEqual([]);
  });
});

test('a container that crashes repeatedly has a growing back-off', async () => {
  const restarts = (): number | undefined =>
    rig.sandbox.pod('db-0').status.containerStatuses?.[0]?.restartCount;
  const waiting = (): unknown =>
    rig.sandbox.pod('db-0').status.containerStatuses?.[0]?.state.waiting?.message;
  rig.sandbox.crash('db-0', { exitCode: 137, reason: 'OOMKilled' });
  await rig.clock.advance(1_000);
  expect(restarts()).toBe(1);
  rig.sandbox.crash('db-0');
  expect(waiting()).toMatch(
    /^back-off 10s restarting failed container=db pod=db-0_circleci-server/,
  );
  await rig.clock.advance(10_000);
  expect(restarts()).toBe(2);
  rig.sandbox.crash('db-0');
  expect(waiting()).toMatch(/^back-off 20s /);
});

describe('logs', () => {
  const log = async (query: string): Promise<string> =>
    (await rig.fetch(`${NS}/pods/db-0/log?${query}`)).text;

  beforeEach(() => {
    rig.sandbox.setLogBackground(
      'db',
      patternSource([
        { everyMs: 1_000, offsetMs: 0, text: (at) => `tick ${at.getTime() / 1_000}` },
      ]),
    );
  });

  test('are generated as time passes, and contain only the requested lines', async () => {
    const start = rig.clock.nowMs() / 1_000;
    await rig.clock.advance(10_500);
    expect(await log('tailLines=2')).toBe(`tick ${start + 9}\ntick ${start + 10}\n`);
    expect(await log('sinceSeconds=1')).toBe(`tick ${start + 10}\n`);
    expect(await log('limitBytes=9&tailLines=1')).toBe(`tick ${start + 10}\n`.slice(0, 9));
    const since = new Date((start + 9) * 1_000).toISOString();
    expect(await log(`sinceTime=${since}`)).toBe(`tick ${start + 9}\ntick ${start + 10}\n`);
    expect(await log('tailLines=0')).toBe('');
  });

  test('are followed until the container terminates, without gaps or duplicates', async () => {
    const start = rig.clock.nowMs() / 1_000;
    await rig.clock.advance(500);
    const followed = log('follow=true&sinceSeconds=1');
    while (rig.calls.reads < 1) await new Promise((resolve) => setImmediate(resolve));
    await rig.clock.advance(2_000);
    rig.sandbox.appendLog('db-0', 'db', 'last words');
    rig.sandbox.crash('db-0');
    const lines = [0, 1, 2].map((second) => `tick ${start + second}`);
    expect(await followed).toBe(`${[...lines, 'last words'].join('\n')}\n`);
    await rig.clock.advance(1_000);
    expect(await log('previous=true&tailLines=1')).toBe('last words\n');
  });

  test('can be silenced', async () => {
    rig.sandbox.setLogBackground('db', SILENT);
    await rig.clock.advance(60_000);
    expect(await log('sinceSeconds=30')).toBe('');
  });

  test('of a pod with two containers require a container name', async () => {
    const { name } = rig.sandbox.pod('pair').metadata;
    const answer = await rig.fetch(`${NS}/pods/${name}/log`);
    expect(answer.status).toBe(400);
    expect(answer.json()['message']).toBe(
      `a container name must be specified for pod ${name}, choose one of: [main side]`,
    );
  });
});

test('access: a request without permission is rejected before it has any effect', async () => {
  const writes = rig.calls.writes;
  const asked = await rig.fetch(`${NS}/pods/db-0:4646/proxy/x`, {
    method: 'POST',
    body: {},
    token: LIMITED_TOKEN,
  });
  expect(asked.status).toBe(403);
  expect(asked.json()['message']).toContain('cannot create resource "pods/proxy"');
  expect(rig.calls.writes).toBe(writes + 1);
  const none = await rig.fetch(`${NS}/pods`, { token: null });
  expect([none.status, none.json()['reason']]).toEqual([401, 'Unauthorized']);
  expect(rig.sandbox.pods()).toHaveLength(6);
});

test('kubectl gets a table with the STATUS column', async () => {
  rig.sandbox.crash('db-0');
  await rig.clock.advance(1_000);
  rig.sandbox.crash('db-0');
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  const table = (await rig.fetch(`${NS}/pods`, { headers: { accept } })).json() as {
    kind: string;
    rows: { cells: unknown[] }[];
  };
  expect(table.kind).toBe('Table');
  const cells = table.rows.map(({ cells: [, ready, status, restarts, age] }) => [
    ready,
    status,
    restarts,
    age,
  ]);
  expect(cells).toEqual([
    ['0/1', 'CrashLoopBackOff', 1, '6d20h'],
    ['2/2', 'Running', 0, '6d20h'],
    ['0/1', 'Completed', 0, '6d20h'],
    ...Array.from({ length: 3 }, () => ['1/1', 'Running', 0, '6d20h']),
  ]);
});

test('with TLS, a client needs only the kubeconfig', async () => {
  const { KubeConfig, CoreV1Api } = await import('@kubernetes/client-node');
  const own = await startRig({ pods: POD_SPECS, tls: true });
  const config = new KubeConfig();
  config.loadFromString(own.sandbox.kubeconfig());
  const list = await config
    .makeApiClient(CoreV1Api)
    .listNamespacedPod({ namespace: 'circleci-server', labelSelector: 'app=web' });
  await own.stop();
  expect(config.getCurrentContext()).toBe('circleci-sandbox');
  expect(list.items.map(({ status }) => status?.phase)).toEqual(['Running', 'Running', 'Running']);
});
