import { describe, expect, it } from 'vitest';
import type { AdminError } from '../../../../src/lib/errors.ts';
import type { NodeId } from '../../../../src/lib/nomad/model.ts';
import type { PodSpec } from '../../../../src/lib/sandbox/kubernetes/scenario.ts';
import { all, failureOf } from '../http/recorded-nomad.ts';
import { clusterAt, connected } from './connected-nomad.ts';
import {
  EXEC,
  FORWARD,
  PROXY_GET,
  PROXY_POST,
  rule,
  type Setup,
  setUp,
} from './recorded-cluster.ts';

const NODE = '4ad846c5-2aad-cbf8-09d9-e3e54d2d00dd' as NodeId;
const LIST = rule('pods', 'list');
const EVERY_WAY = [LIST, PROXY_GET, PROXY_POST, FORWARD, EXEC];

/** The Nomad servers of 4.x, next to another service. */
const FOUR = servers(3);
const UNNAMED = { podNamed: false } as const;

describe('a missing pod that the operator did not name', () => {
  it.each([
    ['proxy', EVERY_WAY, {}],
    ['port-forward', [LIST, FORWARD, EXEC], {}],
    ['exec', [LIST, EXEC], {}],
    ['port-forward', EVERY_WAY, { preferred: 'port-forward' }],
    ['exec', EVERY_WAY, { preferred: 'exec' }],
    ['proxy', EVERY_WAY, { direct: { address: 'http://127.0.0.1:1' } }],
  ] as const)('is replaced by one that runs Nomad, by %s', async (access, rules, options) => {
    const setup = await setUp(rules, { ...UNNAMED, ...options }, undefined, FOUR);
    expect(await all(setup.nomad.nodes())).toHaveLength(3);
    expect(setup.nomad.access).toBe(access);
    const asked = podsAsked(setup);
    expect(asked.filter((pod) => pod === 'all')).toHaveLength(1);
    expect(asked.slice(asked.indexOf('all') + 1)).not.toContain('circleci-nomad-0');
    expect(asked.at(-1)).toBe('nomad-server-0');
  });

  it('costs one failed request and one list, shared by concurrent requests', async () => {
    const setup = await setUp(EVERY_WAY, UNNAMED, undefined, FOUR);
    await setup.nomad.leader();
    expect(podsAsked(setup)).toEqual(['circleci-nomad-0', 'all', 'nomad-server-0']);
    await setup.nomad.leader();
    expect(podsAsked(setup)).toHaveLength(4);
    const together = await setUp(EVERY_WAY, UNNAMED, undefined, FOUR);
    const { nomad } = together;
    await Promise.all([nomad.leader(), all(nomad.nodes()), all(nomad.jobs())]);
    expect(podsAsked(together).filter((pod) => pod === 'all')).toHaveLength(1);
  });

  it('costs nothing if it exists, ready or not', async () => {
    const setup = await setUp(EVERY_WAY, UNNAMED);
    setup.cluster.setReady('circleci-nomad-0', false);
    await setup.nomad.leader();
    expect(podsAsked(setup)).toEqual(['circleci-nomad-0']);
  });

  it.each([
    [[], 'nomad-server-0'],
    [[0, 1], 'nomad-server-2'],
    [Array.from({ length: 11 }, (_, at) => at), 'nomad-server-0'],
  ])('is replaced by the first ready pod if %j are not ready', async (unready, expected) => {
    const setup = await setUp(EVERY_WAY, UNNAMED, undefined, servers(11));
    for (const at of unready) setup.cluster.setReady(`nomad-server-${at}`, false);
    await setup.nomad.leader();
    expect(podsAsked(setup).at(-1)).toBe(expected);
  });

  it('is replaced by a read before a change, and the change is sent once', async () => {
    const setup = await setUp(EVERY_WAY, UNNAMED, undefined, FOUR);
    await setup.nomad.drain(NODE, { deadline: null });
    expect(setup.served.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/status/leader',
      `POST /v1/node/${NODE}/drain`,
    ]);
    expect(setup.calls.recent().map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'POST']);
  });
});

describe('the error remains', () => {
  const missing = { kind: 'notFound', code: 'NOMAD_POD_NOT_FOUND' };

  it.each(['circleci-nomad-0', 'nomad-server-7'])(
    'if the operator named %s, and names the pods that run Nomad',
    async (pod) => {
      const setup = await setUp(EVERY_WAY, { pod, podNamed: true }, undefined, FOUR);
      const error = await failureOf(setup.nomad.leader());
      expect(error).toMatchObject({
        ...missing,
        hint: 'The Nomad server there is nomad-server-0, nomad-server-1, nomad-server-2: add --nomad-pod nomad-server-0, or set nomad.pod in the profile.',
      });
      expect(podsAsked(setup)).toEqual([pod, 'all']);
    },
  );

  it.each([
    ['if listing pods is forbidden', [PROXY_GET, FORWARD, EXEC], FOUR],
    ['if no pod runs Nomad', EVERY_WAY, { pods: [{ name: 'frontend' }] }],
  ])('%s', async (_, rules, place) => {
    const setup = await setUp(rules, UNNAMED, undefined, place);
    const error = await failureOf(setup.nomad.leader());
    expect(error).toMatchObject(missing);
    expect((error as AdminError).hint).toMatch(/^Name its pod with --nomad-pod/);
    expect(podsAsked(setup)).toEqual(['circleci-nomad-0', 'all']);
  });

  it('if it is any other error, which is reported as it is', async () => {
    const fault = new TypeError('a fault of ours');
    const setup = await setUp(EVERY_WAY, UNNAMED, undefined, FOUR);
    const { url, namespace } = setup.cluster;
    const cluster = clusterAt({ url, namespace, token: 'mine' });
    const listPods = () => Promise.reject(fault);
    const nomad = connected({ ...UNNAMED, kubernetes: async () => ({ ...cluster, listPods }) });
    for (const _ of [1, 2]) expect(await failureOf(nomad.leader())).toBe(fault);
  });

  it('until the pod exists: the next request looks for it again', async () => {
    const setup = await setUp(EVERY_WAY, UNNAMED, undefined, { pods: [{ name: 'frontend' }] });
    expect(await failureOf(setup.nomad.leader())).toMatchObject(missing);
    setup.cluster.addPod(serverSpec(1));
    expect(await failureOf(setup.nomad.leader())).toMatchObject({ code: 'NOMAD_UNREACHABLE' });
    await setup.clock.advance(60_000);
    expect(await setup.nomad.leader()).toMatch(/:4647$/);
    expect(podsAsked(setup).slice(-3)).toEqual(['circleci-nomad-0', 'all', 'nomad-server-0']);
  });
});

function servers(replicas: number): { readonly pods: readonly PodSpec[] } {
  return { pods: [{ name: 'frontend' }, serverSpec(replicas)] };
}

function serverSpec(replicas: number): PodSpec {
  return { name: 'nomad-server', kind: 'StatefulSet', labels: { app: 'nomad-server' }, replicas };
}

/** Returns the pods that were requested, in order; `all` stands for a list of pods. */
function podsAsked({ calls }: Setup): readonly string[] {
  return calls.recent().map(({ path }) => /\/pods\/([\w-]+)/.exec(path)?.[1] ?? 'all');
}
