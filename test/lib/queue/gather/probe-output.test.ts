import { describe, expect, it } from 'vitest';
import { probesFor } from '../../../../src/lib/connectivity/probes.ts';
import { AdminError } from '../../../../src/lib/errors.ts';
import { Masker } from '../../../../src/lib/masking.ts';
import type { NodeId, NomadNode } from '../../../../src/lib/nomad/model.ts';
import { probeOutput } from '../../../../src/lib/queue/gather/probe-output.ts';
import { Round } from '../../../../src/lib/queue/gather/round.ts';
import type { QueueSources } from '../../../../src/lib/queue/gather/sources.ts';
import { SandboxClock } from '../../../../src/lib/sandbox/clock.ts';
import { makeCatalogue } from '../../../../src/lib/services/catalogue.ts';
import type { SshClient, SshSession } from '../../../../src/lib/ssh/client.ts';
import { passTimeUntil } from '../../../support/sandbox.ts';

const NOBODY = { missing: 'not in this test' };
const PROBES = probesFor({
  ...{ server: null, baseDomain: 'lab.internal', github: 'github.com', version: '3.0' },
}).filter(({ check }) => check === 'output-processor');

/** The behaviour of clients by address: an exit code of curl, a failure, or no response. */
type Machines = Readonly<Record<string, number | AdminError | 'silent'>>;

function probe(machines: Machines) {
  const clock = new SandboxClock({ rate: 0 });
  const sources: QueueSources = {
    ...{ installation: 'lab', serverVersion: null, host: null, baseDomain: null },
    ...{ catalogue: makeCatalogue(), clock, masker: new Masker() },
    ...{ kubernetes: NOBODY, nomad: NOBODY, admin: NOBODY, server: NOBODY, ssh: NOBODY },
  };
  const round = new Round(
    sources,
    { limitMs: 10_000 },
    new AbortController().signal,
    () => undefined,
  );
  const ssh: Pick<SshClient, 'use'> = {
    use: (host, work) => {
      const how = machines[host] ?? 'silent';
      if (how === 'silent') return new Promise(() => undefined);
      if (how instanceof AdminError) return Promise.reject(how);
      const session: Pick<SshSession, 'exec'> = {
        exec: async () => ({ exitCode: how, signal: null }),
      };
      return work(session as SshSession);
    },
  };
  const clients = Object.keys(machines).map(
    (address) => ({ id: address as NodeId, name: `client ${address}`, address }) as NomadNode,
  );
  return passTimeUntil(probeOutput(round, { open: async () => ssh }, clients, PROBES), { clock });
}

const REFUSED = new AdminError('unauthorised', 'a does not let ubuntu in', {
  code: 'SSH_AUTH_FAILED',
  hint: 'Name another key.',
});

describe('probeOutput', () => {
  it('keeps the results of some clients if others do not respond', async () => {
    const evidence = await probe({ a: REFUSED, b: 7, c: 'silent' });
    const about = (client: string) => ({ clientId: client, client: `client ${client}` });
    expect(evidence).toMatchObject({
      status: 'known',
      value: [
        {
          ...about('a'),
          ...{ check: 'ssh', outcome: 'failed', host: 'a', port: null, exitCode: null },
          ...{ meaning: 'a does not let ubuntu in', hint: 'Name another key.' },
        },
        { ...about('b'), check: 'output-processor', outcome: 'failed', exitCode: 7, port: 8585 },
        { ...about('c'), check: 'ssh', meaning: 'SSH timed out after 10s' },
      ],
    });
  });

  it('fails if no client can be logged in to', async () => {
    expect(await probe({ a: REFUSED, b: REFUSED })).toMatchObject({
      status: 'failed',
      timedOut: false,
      failure: { code: 'SSH_AUTH_FAILED' },
    });
    expect(await probe({ a: 'silent', b: 'silent' })).toMatchObject({
      status: 'failed',
      timedOut: true,
      tookMs: 10_000,
      failure: { code: 'NO_ANSWER' },
    });
  });
});
