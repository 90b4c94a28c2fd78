import { objectOf, textOf } from '../../json-value.ts';
import type { Agent, NodeId } from '../model.ts';

/**
 * Decodes the agent from `/v1/agent/self`; null if there is no version. Only a client has
 * `stats.client` (command/agent/agent.go).
 */
export function decodeAgent(value: unknown): Agent | null {
  const config = objectOf(objectOf(value)['config']);
  const version = objectOf(config['Version']);
  const number = textOf(version['Version']);
  if (number === null) return null;
  const prerelease = textOf(version['VersionPrerelease']);
  const client = objectOf(objectOf(objectOf(value)['stats'])['client']);
  return {
    version: prerelease === null ? number : `${number}-${prerelease}`,
    region: textOf(config['Region']),
    datacenter: textOf(config['Datacenter']),
    clientId: textOf(client['node_id']) as NodeId | null,
  };
}
