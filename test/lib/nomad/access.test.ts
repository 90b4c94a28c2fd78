import { describe, expect, it } from 'vitest';
import { AdminError } from '../../../src/lib/errors.ts';
import type { JobId, NodeId } from '../../../src/lib/nomad/model.ts';
import { EXEC, FORWARD, PROXY_GET, PROXY_POST, rule, setUp } from './access/recorded-cluster.ts';
import {
  type Answer,
  all,
  failureOf,
  type Seen,
  type Served,
  serve,
  serveRecordings,
} from './http/recorded-nomad.ts';

const NODE = '4ad846c5-2aad-cbf8-09d9-e3e54d2d00dd' as NodeId;
const NOBODY = 'http://127.0.0.1:1';

describe('choice of the access method', () => {
  it.each([
    ['proxy', [PROXY_GET, FORWARD, EXEC], {}],
    ['port-forward', [FORWARD, EXEC], {}],
    ['exec', [EXEC], {}],
    ['proxy', [PROXY_GET], { direct: { address: NOBODY } }],
    ['exec', [EXEC], { direct: { address: NOBODY } }],
    ['port-forward', [PROXY_GET, FORWARD], { preferred: 'port-forward' }],
    ['exec', [PROXY_GET, EXEC], { preferred: 'exec' }],
  ] as const)('selects %s', async (access, rules, options) => {
    const { nomad } = await setUp(rules, options);
    const nodes = await all(nomad.nodes());
    expect(nodes.map(({ name }) => name).toSorted()).toEqual([
      'ip-10-0-10-131',
      'ip-10-0-10-132',
      'ip-10-0-10-133',
    ]);
    expect(nomad.access).toBe(access);
    expect((await nomad.node(NODE)).value.id).toBe(NODE);
    expect(await failureOf(nomad.job('nope' as JobId))).toMatchObject({
      kind: 'notFound',
    });
  });

  it('uses a direct address that answers, with no connection to the cluster and no extra request', async () => {
    const elsewhere = await serveRecordings();
    const { nomad, connected } = await setUp([EXEC], { direct: { address: elsewhere.origin } });
    await Promise.all([all(nomad.nodes({ resources: true })), all(nomad.allocations())]);
    expect(elsewhere.seen).toHaveLength(2);
    expect(connected()).toBe(0);
    expect(nomad.access).toBe('direct');
  });

  it('makes the choice once for concurrent requests', async () => {
    const { nomad } = await setUp([PROXY_GET], { direct: { address: NOBODY } });
    const [nodes, jobs] = await Promise.all([all(nomad.nodes()), all(nomad.jobs())]);
    expect([nodes.length, jobs.length, nomad.access]).toEqual([3, 6, 'proxy']);
  });

  it('keeps the method after the first answer: an interrupted list is not restarted by another', async () => {
    const answer = (): Answer => ({ body: '[{"ID":"a"},{"ID":"b"},', cut: true });
    const { nomad, served } = await setUp([PROXY_GET, FORWARD], {}, answer);
    expect(await failureOf(all(nomad.nodes()))).toMatchObject({ code: 'NOMAD_BAD_ANSWER' });
    expect(served.seen).toHaveLength(1);
    expect(nomad.access).toBe('proxy');
  });
});

describe('errors that Nomad itself returns', () => {
  it.each([
    [{ status: 403, body: 'Permission denied' }, 'NOMAD_PERMISSION_DENIED'],
    [{ status: 500, body: 'No cluster leader' }, 'NOMAD_NO_LEADER'],
    [{ status: 500, body: 'rpc error: boom' }, 'NOMAD_ERROR'],
    [{ body: '<html>' }, 'NOMAD_BAD_ANSWER'],
  ])('do not lead to another access method: %j', async (answer, code) => {
    const elsewhere = await serve(() => answer);
    const options = { direct: { address: elsewhere.origin } };
    const { nomad, connected } = await setUp([PROXY_GET], options);
    expect(await failureOf(all(nomad.nodes()))).toMatchObject({ code });
    expect(connected()).toBe(0);
  });
});

describe('if no access method works', () => {
  it('reports the reason of each method; if all lack permission, the kind is unauthorised', async () => {
    const { nomad } = await setUp([]);
    const error = await failureOf(all(nomad.nodes()));
    expect(error).toMatchObject({ kind: 'unauthorised', code: 'NOMAD_UNREACHABLE' });
    expect(String(error)).toMatch(
      /Nomad cannot be reached\n {2}proxy: me has no permission to get pods\/proxy .*\n {2}port-forward: me has no permission to .*\n {2}exec: me has no permission to .*pods\/exec/,
    );
  });

  it('has the kind service if the reasons differ', async () => {
    const { nomad } = await setUp([], { direct: { address: NOBODY } });
    const error = await failureOf(nomad.leader());
    expect(error).toMatchObject({ kind: 'service', code: 'NOMAD_UNREACHABLE' });
    expect(String(error)).toMatch(/direct: .*127\.0\.0\.1:1.*refused\n {2}proxy: /);
  });

  it('tries all methods again on the next request', async () => {
    const { nomad, calls } = await setUp([]);
    await failureOf(nomad.leader());
    const before = calls.recent().length;
    await failureOf(nomad.leader());
    expect(calls.recent().length).toBe(2 * before);
  });

  it('tries no other method than the preferred one', async () => {
    const { nomad } = await setUp([EXEC], { preferred: 'proxy' });
    expect(await failureOf(nomad.leader())).toMatchObject({
      kind: 'unauthorised',
      code: 'KUBERNETES_FORBIDDEN',
    });
  });

  it('requests a missing pod once, and its hint says how to name another', async () => {
    const { nomad, calls } = await setUp([PROXY_GET, FORWARD, EXEC], { pod: 'circleci-nomad-9' });
    const error = await failureOf(nomad.leader());
    expect(error).toMatchObject({ kind: 'notFound', code: 'NOMAD_POD_NOT_FOUND' });
    expect((error as AdminError).hint).toContain('Name its pod with --nomad-pod');
    // One request and one attempt to list the pods, which is forbidden here.
    expect(calls.recent()).toHaveLength(2);
  });

  it('names the pods that run Nomad, or the missing namespace', async () => {
    const rules = [PROXY_GET, FORWARD, EXEC, rule('pods', 'list')];
    const { nomad } = await setUp(rules, { pod: 'nomad-server-0' });
    expect(await failureOf(nomad.leader())).toMatchObject({
      kind: 'notFound',
      code: 'NOMAD_POD_NOT_FOUND',
      hint: 'The Nomad server there is circleci-nomad-0: add --nomad-pod circleci-nomad-0, or set nomad.pod in the profile.',
    });
    const elsewhere = await setUp('all', {}, undefined, { namespace: 'nope' });
    expect(await failureOf(elsewhere.nomad.leader())).toMatchObject({
      kind: 'notFound',
      code: 'NAMESPACE_NOT_FOUND',
      message: expect.stringContaining('"nope"'),
    });
  });

  it('reports why the connection to the cluster failed', async () => {
    const lost = new AdminError('notFound', 'no kubeconfig', { code: 'NO_KUBECONFIG' });
    const { nomad } = await setUp([], { kubernetes: () => Promise.reject(lost) });
    expect(await failureOf(nomad.leader())).toBe(lost);
  });

  it.each([
    [{ kubernetes: null }, 'NOMAD_NOT_CONFIGURED'],
    [{ preferred: 'direct' }, 'NOMAD_NOT_CONFIGURED'],
    [{ direct: { address: 'ftp://nomad' } }, 'BAD_NOMAD_ADDRESS'],
  ] as const)('refuses %j before the first request', async (options, code) => {
    expect(await failureOf(setUp([], options))).toMatchObject({ kind: 'usage', code });
  });
});

describe('changes to a node', () => {
  const posts = ({ seen }: Served) => seen.filter(({ method }) => method === 'POST');

  it('follow a read that determines the access method, and are sent once', async () => {
    const rules = [PROXY_GET, PROXY_POST];
    const { nomad, served } = await setUp(rules, { direct: { address: NOBODY } });
    await nomad.drain(NODE, { deadline: null });
    expect(served.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/status/leader',
      `POST /v1/node/${NODE}/drain`,
    ]);
  });

  it('use the next access method if Kubernetes refuses to pass them on', async () => {
    const { nomad, served } = await setUp([PROXY_GET, FORWARD]);
    await all(nomad.nodes());
    await nomad.cancelDrain(NODE, true);
    expect(posts(served)).toHaveLength(1);
    expect(nomad.access).toBe('port-forward');
  });

  it('are never sent again if they may have arrived', async () => {
    const answer = ({ method }: Seen): Answer =>
      method === 'POST' ? { body: '', abort: true } : { body: '"10.0.0.1:4647"' };
    const elsewhere = await serve(answer);
    const options = { direct: { address: elsewhere.origin } };
    const { nomad, connected } = await setUp([PROXY_GET, PROXY_POST], options);
    expect(await failureOf(nomad.drain(NODE, { deadline: null }))).toMatchObject({
      code: 'NOMAD_UNREACHABLE',
    });
    expect(posts(elsewhere)).toHaveLength(1);
    expect(connected()).toBe(0);
  });
});
