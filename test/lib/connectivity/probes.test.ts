import { describe, expect, it } from 'vitest';
import { type InstallationHosts, probesFor } from '../../../src/lib/connectivity/probes.ts';

const PLACES: InstallationHosts = {
  server: 'circleci.example.com',
  baseDomain: 'prod.circleci.internal',
  github: 'github.com',
  version: '3.4',
};

const commands = (changed: Partial<InstallationHosts>) =>
  probesFor({ ...PLACES, ...changed }).map(({ command }) => command.replace(/^curl .* /, 'curl '));

describe('probesFor', () => {
  it.each([
    ['circleci.example.com', 'curl https://circleci.example.com:443'],
    ['circleci.example.com:8443', 'curl https://circleci.example.com:8443'],
    ['http://circleci.example.com', 'curl http://circleci.example.com:80'],
    ['http://circleci.example.com:8080/', 'curl http://circleci.example.com:8080'],
  ])('uses the scheme and port of the server %s', (server, command) => {
    expect(commands({ server })).toContain(command);
  });

  it('looks up names, but not IP addresses', () => {
    const all = commands({ server: '10.0.0.1', github: '10.0.0.2' });
    expect(all.filter((command) => command.startsWith('getent'))).toEqual([
      'getent hosts output.prod.circleci.internal',
    ]);
  });

  it.each(['a b', 'x;reboot', '$(reboot)', 'http://', '-o'])('rejects %j as a host', (text) => {
    for (const field of ['server', 'github'] as const) {
      const wrong = expect.objectContaining({ code: 'BAD_HOST' });
      expect(() => probesFor({ ...PLACES, [field]: text })).toThrow(wrong);
    }
  });
});
