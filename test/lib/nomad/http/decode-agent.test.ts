import { expect, it } from 'vitest';
import { decodeAgent } from '../../../../src/lib/nomad/http/decode-agent.ts';

const ID = 'd7a2f9b0-5e7e-4c2f-8a3e-1d6d0c4b9f10';
const agent = (stats: unknown) => decodeAgent({ config: { Version: { Version: '1.7.7' } }, stats });

it.each([
  ['a client', { client: { node_id: ID }, nomad: { server: 'false' } }, ID],
  ['a server', { nomad: { server: 'true' } }, null],
  ['an agent without statistics', undefined, null],
])('returns the client ID of %s', (_, stats, clientId) => {
  expect(agent(stats)).toEqual({ version: '1.7.7', region: null, datacenter: null, clientId });
});
