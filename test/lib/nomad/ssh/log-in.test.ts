import { describe, expect, it } from 'vitest';
import { AdminError } from '../../../../src/lib/errors.ts';
import type { NodeId, NomadNode } from '../../../../src/lib/nomad/model.ts';
import { logInOnClients } from '../../../../src/lib/nomad/ssh/log-in.ts';
import type { SshClient, SshExec } from '../../../../src/lib/ssh/client.ts';
import { systemClock } from '../../../../src/lib/terminal/system-clock.ts';
import { failureOf } from '../http/recorded-nomad.ts';

const [ID, OTHER] = [1, 2].map(
  (digit) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000` as NodeId,
) as [NodeId, NodeId];

/** Creates fake machines that answer commands and count logins. */
function machines(
  answer: (command: string) => readonly [stdout: string, stderr: string, code: number],
) {
  const open: string[] = [];
  let logins = 0;
  const ssh: Pick<SshClient, 'use'> = {
    use: async (host, work) => {
      logins += 1;
      open.push(host);
      const exec = async ({ command, stdout, stderr }: SshExec) => {
        const [out, err, exitCode] = answer(command ?? '');
        await stdout(Buffer.from(out));
        await stderr(Buffer.from(err));
        return { exitCode, signal: null };
      };
      const never = () => Promise.reject(new Error('not here'));
      const address = { user: 'u', host, port: 22 };
      try {
        const rest = { responds: async () => true, close: async () => undefined };
        return await work({ address, exec, forward: never, ...rest });
      } finally {
        open.splice(open.indexOf(host), 1);
      }
    },
  };
  return { ssh, open, logins: () => logins };
}

const node = (id: NodeId): NomadNode => ({
  id,
  name: 'ip-10-0-1-2',
  address: '10.0.1.2',
  datacenter: 'default',
  nodeClass: null,
  nodePool: null,
  version: '1.1.2',
  status: 'ready',
  statusDescription: null,
  eligible: true,
  draining: false,
  resources: null,
  reserved: null,
});

async function* listed(id: NodeId) {
  yield node(id);
}

function logIn(ssh: Pick<SshClient, 'use'>, id: NodeId | AdminError, notes: string[] = []) {
  return logInOnClients({
    ssh,
    nomad: async () => {
      if (id instanceof AdminError) throw id;
      return { nodes: () => listed(id), node: () => Promise.reject(new Error('not asked')) };
    },
    names: ['10.0.1.2'],
    clock: systemClock,
    requestTimeout: 5_000,
    signal: new AbortController().signal,
    note: (line) => notes.push(line),
  });
}

const SELF = JSON.stringify({ ID, Name: 'ip-10-0-1-2', Status: 'ready' });

describe('logInOnClients', () => {
  it('uses one session for all commands, until the client is closed', async () => {
    const { ssh, open, logins } = machines((command) =>
      command.includes('-self -json') ? [SELF, '', 0] : ['Nomad v1.1.2\n', '', 0],
    );
    const { nomad, hosts } = await logIn(ssh, ID);
    expect([...hosts]).toEqual([[ID, '10.0.1.2']]);
    const before = logins();
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await nomad.agent()).toMatchObject({ version: '1.1.2' });
      await nomad.drain(ID, { deadline: null });
    }
    expect(logins() - before).toBeLessThanOrEqual(1);
    expect(open).toEqual(['10.0.1.2']);
    await nomad.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(open).toEqual([]);
  });

  it('refuses a client other than the requested one', async () => {
    const { ssh } = machines(() => [SELF, '', 0]);
    expect(await failureOf(logIn(ssh, OTHER))).toMatchObject({
      code: 'OTHER_CLIENT',
      kind: 'refused',
      message: `The machine at 10.0.1.2 is the client ip-10-0-1-2 (${ID}), not ip-10-0-1-2 (${OTHER})`,
    });
  });

  it.each([
    [['', 'Nomad not running in client mode\n', 1], 'NOT_A_CLIENT', 'validation', /on 10\.0\.1\.2/],
    [
      ['', 'sh: nomad: not found\n', 127],
      'NOMAD_UNREACHABLE',
      'service',
      /the nomad CLI is missing in the machine/,
    ],
    [
      ['', 'Get "http://127.0.0.1:4646/v1/agent/self": dial tcp: connect: connection refused\n', 1],
      'NOMAD_UNREACHABLE',
      'service',
      /connection refused/,
    ],
  ] as const)('reports %j as %s', async (answer, code, kind, message) => {
    const { ssh } = machines(() => answer);
    const failure = await failureOf(logIn(ssh, ID));
    expect(failure).toMatchObject({ code, kind, message: expect.stringMatching(message) });
    expect(JSON.stringify(failure)).not.toContain('--nomad-pod');
  });

  it('advises about the machine, not the pod, if its agent stops after the login', async () => {
    const { ssh } = machines((command) =>
      command.includes('-self -json')
        ? [SELF, '', 0]
        : ['', 'Error: dial tcp 127.0.0.1:4646: connect: connection refused\n', 1],
    );
    const { nomad } = await logIn(ssh, ID);
    expect(await failureOf(nomad.drain(ID, { deadline: null }))).toMatchObject({
      code: 'NOMAD_UNREACHABLE',
      hint: 'Check the agent there: circleci-admin nomad ssh NODE -- systemctl status nomad',
    });
    await nomad.close();
  });

  it('uses the name as a host only if Nomad cannot answer', async () => {
    const { ssh } = machines(() => [SELF, '', 0]);
    const notes: string[] = [];
    const away = new AdminError('service', 'Nobody answers', { code: 'NOMAD_UNREACHABLE' });
    expect([...(await logIn(ssh, away, notes)).hosts.keys()]).toEqual([ID]);
    expect(notes).toEqual([
      'Cannot list the clients of Nomad: Nobody answers. Logging in to the named hosts.',
    ]);
    const unknown = new AdminError('notFound', 'No such client', { code: 'NODE_NOT_FOUND' });
    expect(await failureOf(logIn(ssh, unknown))).toBe(unknown);
  });
});
