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

describe('the way that is gone', () => {
  it.each([
    ['proxy', [PROXY_GET, FORWARD, EXEC], {}],
    ['port-forward', [FORWARD, EXEC], {}],
    ['exec', [EXEC], {}],
    ['proxy', [PROXY_GET], { direct: { address: NOBODY } }],
    ['exec', [EXEC], { direct: { address: NOBODY } }],
    ['port-forward', [PROXY_GET, FORWARD], { preferred: 'port-forward' }],
    ['exec', [PROXY_GET, EXEC], { preferred: 'exec' }],
  ] as const)('is %s', async (access, rules, options) => {
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

  it('is the address where one answers, without a look at the cluster or one request too many', async () => {
    const elsewhere = await serveRecordings();
    const { nomad, connected } = await setUp([EXEC], { direct: { address: elsewhere.origin } });
    await Promise.all([all(nomad.nodes({ resources: true })), all(nomad.allocations())]);
    expect(elsewhere.seen).toHaveLength(2);
    expect(connected()).toBe(0);
    expect(nomad.access).toBe('direct');
  });

  it('is found once by all who ask at the same time', async () => {
    const { nomad } = await setUp([PROXY_GET], { direct: { address: NOBODY } });
    const [nodes, jobs] = await Promise.all([all(nomad.nodes()), all(nomad.jobs())]);
    expect([nodes.length, jobs.length, nomad.access]).toEqual([3, 6, 'proxy']);
  });

  it('is kept: a list that breaks is not begun again another way', async () => {
    const answer = (): Answer => ({ body: '[{"ID":"a"},{"ID":"b"},', cut: true });
    const { nomad, served } = await setUp([PROXY_GET, FORWARD], {}, answer);
    expect(await failureOf(all(nomad.nodes()))).toMatchObject({ code: 'NOMAD_BAD_ANSWER' });
    expect(served.seen).toHaveLength(1);
    expect(nomad.access).toBe('proxy');
  });
});

describe("Nomad's own answers", () => {
  it.each([
    [{ status: 403, body: 'Permission denied' }, 'NOMAD_PERMISSION_DENIED'],
    [{ status: 500, body: 'No cluster leader' }, 'NOMAD_NO_LEADER'],
    [{ status: 500, body: 'rpc error: boom' }, 'NOMAD_ERROR'],
    [{ body: '<html>' }, 'NOMAD_BAD_ANSWER'],
  ])('turn nobody away: %j', async (answer, code) => {
    const elsewhere = await serve(() => answer);
    const options = { direct: { address: elsewhere.origin } };
    const { nomad, connected } = await setUp([PROXY_GET], options);
    expect(await failureOf(all(nomad.nodes()))).toMatchObject({ code });
    expect(connected()).toBe(0);
  });
});

describe('when no way leads there', () => {
  it('each is told with its reason, and rights are a matter of rights', async () => {
    const { nomad } = await setUp([]);
    const error = await failureOf(all(nomad.nodes()));
    expect(error).toMatchObject({ kind: 'unauthorised', code: 'NOMAD_UNREACHABLE' });
    expect(String(error)).toMatch(
      /every way failed:\n {2}proxy: me has no permission to get pods\/proxy .*\n {2}port-forward: me has no permission to .*\n {2}exec: me has no permission to .*pods\/exec/,
    );
  });

  it('is a failure of service where the reasons differ', async () => {
    const { nomad } = await setUp([], { direct: { address: NOBODY } });
    const error = await failureOf(nomad.leader());
    expect(error).toMatchObject({ kind: 'service', code: 'NOMAD_UNREACHABLE' });
    expect(String(error)).toMatch(/direct: .*127\.0\.0\.1:1.*refused\n {2}proxy: /);
  });

  it('is tried anew when asked again', async () => {
    const { nomad, calls } = await setUp([]);
    await failureOf(nomad.leader());
    const before = calls.recent().length;
    await failureOf(nomad.leader());
    expect(calls.recent().length).toBe(2 * before);
  });

  it('stops at a way that is forced', async () => {
    const { nomad } = await setUp([EXEC], { preferred: 'proxy' });
    expect(await failureOf(nomad.leader())).toMatchObject({
      kind: 'unauthorised',
      code: 'KUBERNETES_FORBIDDEN',
    });
  });

  it('asks once for a pod that is not there, and says how to name another', async () => {
    const { nomad, calls } = await setUp([PROXY_GET, FORWARD, EXEC], { pod: 'circleci-nomad-9' });
    const error = await failureOf(nomad.leader());
    expect(error).toMatchObject({ kind: 'notFound', code: 'NOMAD_POD_NOT_FOUND' });
    expect((error as AdminError).hint).toContain('Name its pod with --nomad-pod');
    // The way is tried once; whether other pods run Nomad may not be asked here.
    expect(calls.recent()).toHaveLength(2);
  });

  it('names the pods that do run Nomad, or the namespace that is not there', async () => {
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

  it('tells why the cluster could not be connected to', async () => {
    const lost = new AdminError('notFound', 'no kubeconfig', { code: 'NO_KUBECONFIG' });
    const { nomad } = await setUp([], { kubernetes: () => Promise.reject(lost) });
    expect(await failureOf(nomad.leader())).toBe(lost);
  });

  it.each([
    [{ kubernetes: null }, 'NOMAD_NOT_CONFIGURED'],
    [{ preferred: 'direct' }, 'NOMAD_NOT_CONFIGURED'],
    [{ direct: { address: 'ftp://nomad' } }, 'BAD_NOMAD_ADDRESS'],
  ] as const)('refuses %j before anything is asked', async (options, code) => {
    expect(await failureOf(setUp([], options))).toMatchObject({ kind: 'usage', code });
  });
});

describe('changes', () => {
  const posts = ({ seen }: Served) => seen.filter(({ method }) => method === 'POST');

  it('come after a read that finds the way, and are sent once', async () => {
    const rules = [PROXY_GET, PROXY_POST];
    const { nomad, served } = await setUp(rules, { direct: { address: NOBODY } });
    await nomad.drain(NODE, { deadline: null });
    expect(served.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/status/leader',
      `POST /v1/node/${NODE}/drain`,
    ]);
  });

  it('that Kubernetes refuses to hand on go another way', async () => {
    const { nomad, served } = await setUp([PROXY_GET, FORWARD]);
    await all(nomad.nodes());
    await nomad.cancelDrain(NODE, true);
    expect(posts(served)).toHaveLength(1);
    expect(nomad.access).toBe('port-forward');
  });

  it('that may have arrived are never sent again', async () => {
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
