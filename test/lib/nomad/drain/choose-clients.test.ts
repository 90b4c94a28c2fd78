import { describe, expect, it } from 'vitest';
import type { NomadClient } from '../../../../src/lib/nomad/client.ts';
import {
  chooseClients,
  type WantedClients,
} from '../../../../src/lib/nomad/drain/choose-clients.ts';
import { build, draining, node } from './drain-samples.ts';

const NONE: WantedClients = { names: [], selector: {}, all: false };

/** Three clients, of which client 131 has a build. */
function fleet(): Pick<NomadClient, 'nodes' | 'node' | 'allocations'> & { reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    async *nodes() {
      reads.push('nodes');
      yield* [node(131), draining(2), node(3, { nodeClass: 'arm' })];
    },
    async *allocations() {
      reads.push('allocations');
      yield build(21);
    },
    node: async (id) => {
      throw new Error(`${id} was read for nothing`);
    },
  };
}

async function names(wanted: Partial<WantedClients>): Promise<readonly string[]> {
  const { chosen } = await chooseClients(fleet(), { ...NONE, ...wanted });
  return chosen.map(({ name }) => name.replace('ip-10-0-10-', ''));
}

describe('chooseClients', () => {
  it('accepts names, a selector, or all', async () => {
    expect(await names({ names: ['ip-10-0-10-3', '10.0.10.131'] })).toEqual(['3', '131']);
    expect(await names({ selector: { status: ['draining'] } })).toEqual(['2']);
    expect(await names({ selector: { idle: true } })).toEqual(['2', '3']);
    expect(await names({ selector: { idle: true, nodeClass: ['arm'] } })).toEqual(['3']);
    expect(await names({ all: true })).toEqual(['131', '2', '3']);
    expect(await names({ selector: { name: ['nothing*'] } })).toEqual([]);
  });

  it('finds the client by an ID prefix of odd length', async () => {
    expect(await names({ names: ['00000131-2'] })).toEqual(['131']);
    expect(await names({ names: ['000001312'] })).toEqual(['131']);
  });

  it('lists the allocations only if the selector needs them', async () => {
    const nomad = fleet();
    await chooseClients(nomad, { ...NONE, selector: { status: ['ready'] } });
    expect(nomad.reads).toEqual(['nodes']);
  });

  it.each<[string, Partial<WantedClients>, string, string, string]>([
    ['no selection', {}, 'usage', 'NO_CLIENT_NAMED', 'No client was named'],
    [
      'an empty selector',
      { selector: { idle: false, name: [] } },
      'usage',
      'NO_CLIENT_NAMED',
      'No client was named',
    ],
    [
      'names and a selector',
      { names: ['x'], selector: { idle: true } },
      'usage',
      'CONFLICTING_FLAGS',
      'Client names and selectors cannot be used together',
    ],
    [
      'names and all',
      { names: ['x'], all: true },
      'usage',
      'CONFLICTING_FLAGS',
      'Client names and selectors cannot be used together',
    ],
    [
      'an unknown name',
      { names: ['ip-9'] },
      'notFound',
      'NODE_NOT_FOUND',
      'No Nomad client has the ID, name, address or instance ID "ip-9"',
    ],
    [
      'an ambiguous prefix',
      { names: ['0000'] },
      'usage',
      'AMBIGUOUS_NODE',
      '"0000" is ambiguous: it matches 3 clients',
    ],
  ])('rejects %s', async (_name, wanted, kind, code, message) => {
    await expect(chooseClients(fleet(), { ...NONE, ...wanted })).rejects.toMatchObject({
      kind,
      code,
      message: expect.stringContaining(message),
    });
  });
});
