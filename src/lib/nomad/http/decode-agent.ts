import { objectOf, textOf } from '../../json-value.ts';
import type { Agent } from '../model.ts';

/** The server of `/v1/agent/self`; null where it does not say its version. */
export function decodeAgent(value: unknown): Agent | null {
  const config = objectOf(objectOf(value)['config']);
  const version = objectOf(config['Version']);
  const number = textOf(version['Version']);
  if (number === null) return null;
  const prerelease = textOf(version['VersionPrerelease']);
  return {
    version: prerelease === null ? number : `${number}-${prerelease}`,
    region: textOf(config['Region']),
    datacenter: textOf(config['Datacenter']),
  };
}
