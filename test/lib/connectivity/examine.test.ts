import { describe, expect, it } from 'vitest';
import { examineClients } from '../../../src/lib/connectivity/examine.ts';
import { probesFor } from '../../../src/lib/connectivity/probes.ts';
import type { NodeId } from '../../../src/lib/nomad/model.ts';
import type { SshClient, SshSession } from '../../../src/lib/ssh/client.ts';
import { operationTimedOut } from '../../../src/lib/ssh/errors.ts';

const ADDRESS = { user: 'ubuntu', host: '10.0.1.2', port: 22 };

/** A client without working name servers: a lookup exceeds the time limit. */
const SESSION: SshSession = {
  address: ADDRESS,
  forward: () => Promise.reject(new Error('nobody asks for it')),
  responds: async () => true,
  close: async () => undefined,
  exec: async ({ command, limit = 0 }) => {
    if (command?.startsWith('getent')) throw operationTimedOut(ADDRESS, 'The command', limit);
    return { exitCode: 6, signal: null };
  },
};

describe('examineClients', () => {
  it('keeps the other results if one command times out', async () => {
    const ssh: Pick<SshClient, 'use'> = { use: (_host, work) => work(SESSION) };
    const client = { id: '1' as NodeId, name: 'a', address: ADDRESS.host };
    const places = { server: null, baseDomain: 'prod', github: 'github.com', version: null };
    const results = await examineClients([client], probesFor(places), {
      ssh,
      signal: new AbortController().signal,
      atOnce: 1,
      onDone: () => undefined,
    });
    const slow = results.filter(({ check }) => check === 'dns');
    expect(slow).toHaveLength(2);
    for (const one of slow) {
      const meaning = 'the DNS lookup timed out';
      expect(one).toMatchObject({ outcome: 'failed', exitCode: 124, meaning });
    }
    expect(results.some(({ check }) => check === 'ssh')).toBe(false);
    expect(results.filter(({ exitCode }) => exitCode === 6)).toHaveLength(4);
  });
});
