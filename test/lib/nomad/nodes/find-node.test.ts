import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHttpNomadClient } from '../../../../src/lib/nomad/http/http-nomad-client.ts';
import type { NodeId, NomadNode, NomadNodeDetail } from '../../../../src/lib/nomad/model.ts';
import { findNodes, matchNode, resolveNodes } from '../../../../src/lib/nomad/nodes/find-node.ts';
import { node } from '../drain/drain-samples.ts';
import { failureOf, serveRecordings } from '../http/recorded-nomad.ts';

const FLEET = fc
  .uniqueArray(fc.uuid(), { minLength: 1, maxLength: 30 })
  .map((ids) => ids.map((id, at) => ({ ...node(at), id: id as NodeId })));

/** A client that reads the given nodes by ID and records the IDs. */
function details(nodes: readonly NomadNodeDetail[]) {
  const asked: string[] = [];
  const byId = new Map<string, NomadNodeDetail>(nodes.map((one) => [one.id, one]));
  return {
    asked,
    node: async (id: NodeId) => {
      asked.push(id);
      const value = byId.get(id);
      if (!value) throw new Error('unknown node');
      return { value, index: null };
    },
  };
}

describe('matchNode', () => {
  it('matches a prefix of any length, with or without hyphens, with exactly the nodes that have it', () => {
    fc.assert(
      fc.property(FLEET, fc.nat(), fc.integer({ min: 1, max: 36 }), (nodes, pick, length) => {
        const chosen = nodes[pick % nodes.length];
        if (!chosen) return;
        const prefix = chosen.id.slice(0, length);
        const expected = nodes.filter(({ id }) => id.startsWith(prefix)).map(({ id }) => id);
        const found = (text: string) => matchNode(text, nodes)?.nodes.map(({ id }) => id);
        expect(found(prefix)).toEqual(expected);
        expect(found(prefix.toUpperCase())).toEqual(expected);
        expect(found(prefix.replaceAll('-', ''))).toEqual(
          nodes
            .filter(({ id }) => id.replaceAll('-', '').startsWith(prefix.replaceAll('-', '')))
            .map(({ id }) => id),
        );
      }),
    );
  });

  it.each([
    ['ip-10-0-10-1', 'name'],
    ['10.0.10.1', 'address'],
    ['IP-10-0-10-1', 'name'],
  ])('prefers a node that is up to a dead one if both match %s', (target, by) => {
    const dead = node(7, { name: 'ip-10-0-10-1', address: '10.0.10.1', status: 'down' });
    const live = node(1);
    expect(matchNode(target, [dead, live])).toEqual({ by, nodes: [live] });
    expect(matchNode(target, [dead])).toEqual({ by, nodes: [dead] });
  });

  it('matches the first label of a name, and prefers a whole name to an ID prefix', () => {
    const long = node(1, { name: 'ip-10-0-10-1.ec2.internal' });
    const named = node(2, { name: '00000001' });
    expect(matchNode('ip-10-0-10-1', [long])?.by).toBe('short-name');
    expect(matchNode('00000001', [long, named])).toEqual({ by: 'name', nodes: [named] });
  });

  it('does not match an ID prefix with hyphens in wrong places', () => {
    expect(matchNode('00-000001', [node(1)])).toBeNull();
    expect(matchNode('', [node(1)])).toBeNull();
  });
});

describe('findNodes', () => {
  it('finds an instance, reading nodes that are up first, and no more than needed', async () => {
    const instance = { cloud: 'aws', id: 'i-0abc1234def567890', zone: null, type: null } as const;
    const nodes = [node(1, { status: 'down', instance }), node(2, { instance }), node(3)];
    const client = details(nodes);
    const found = await findNodes(client, ['I-0ABC1234DEF567890'], nodes);
    expect(found.map(({ id }) => id)).toEqual([nodes[1]?.id]);
    expect(client.asked).not.toContain(nodes[0]?.id);
  });

  it('reads no node for a target that cannot be an instance', async () => {
    const client = details([]);
    const error = await failureOf(findNodes(client, ['ip-10-0-10-9', 'i-0'], [node(1), node(2)]));
    expect(client.asked).toEqual([]);
    expect(error).toMatchObject({
      kind: 'notFound',
      code: 'NODE_NOT_FOUND',
      message: 'No Nomad client has the ID, name, address or instance ID "ip-10-0-10-9" or "i-0"',
      hint: 'Did you mean ip-10-0-10-1 or ip-10-0-10-2? List the clients: circleci-admin nomad node-status',
    });
  });

  it('lists the matches of an ambiguous prefix', async () => {
    const nodes: readonly NomadNode[] = [node(1), node(2, { status: 'down' })];
    const error = await failureOf(findNodes(details([]), ['0'], nodes));
    expect(error).toMatchObject({
      kind: 'usage',
      code: 'AMBIGUOUS_NODE',
      message:
        '"0" is ambiguous: it matches 2 clients: ' +
        '00000001-2f2f-af30-9e58-9ee8b5c34e5a (ip-10-0-10-1, ready), ' +
        '00000002-2f2f-af30-9e58-9ee8b5c34e5a (ip-10-0-10-2, down)',
    });
  });

  it('returns a node that is named twice only once, in the order of the targets', async () => {
    const nodes = [node(1), node(2)];
    const found = await findNodes(details([]), ['00000002', 'ip-10-0-10-1', '10.0.10.2'], nodes);
    expect(found).toEqual([nodes[1], nodes[0]]);
  });
});

it('resolves a prefix of odd length among the recorded nodes in one request', async () => {
  const served = await serveRecordings();
  const client = createHttpNomadClient({
    ...{ http: served.http, access: 'direct', requestTimeout: 5_000 },
  });
  const [found] = await resolveNodes(client, ['5a1']);
  expect(found?.name).toBe('ip-10-0-10-133');
  expect(served.seen.map(({ path, query }) => [path, query['prefix']])).toEqual([
    ['/v1/nodes', undefined],
  ]);
});
