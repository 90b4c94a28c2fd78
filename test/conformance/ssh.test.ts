import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AdminError } from '../../src/lib/errors.ts';
import { logInOnClients } from '../../src/lib/nomad/ssh/log-in.ts';
import type { SshClient, SshExit, SshSession } from '../../src/lib/ssh/client.ts';
import { createSshClient, type SshOptions } from '../../src/lib/ssh/sessions.ts';
import { systemClock } from '../../src/lib/terminal/system-clock.ts';
import { hasOpenSsh, makeKey, OpenSsh, USER } from './openssh.ts';

/** Tests the SSH client with real OpenSSH servers: a host that is reached through a bastion. */

const GIB = 1024 ** 3;

let directory: string;
let bastion: OpenSsh;
let host: OpenSsh;
const clients: SshClient[] = [];

const path = (name: string): string => join(directory, name);
const keyOf = (file: string): string =>
  readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');

interface Changed {
  readonly keyFile?: string;
  readonly knownHosts?: string;
  readonly acceptNew?: boolean;
  readonly passphrase?: string;
  readonly agentSocket?: string;
}

function connect(changed: Changed = {}): SshClient {
  const { keyFile = 'key', knownHosts = 'known_hosts', acceptNew = false, passphrase } = changed;
  const { agentSocket = null } = changed;
  const options: SshOptions = {
    user: USER,
    port: host.port,
    bastion: { user: USER, host: '127.0.0.1', port: bastion.port },
    identities: {
      keyFile: path(keyFile),
      home: directory,
      agentSocket,
      askPassphrase: passphrase === undefined ? null : async () => passphrase,
    },
    hostKeys: { files: [path(knownHosts)], acceptNew },
    clock: systemClock,
    connectTimeout: 10_000,
  };
  const client = createSshClient(options);
  clients.push(client);
  return client;
}

interface Ran extends SshExit {
  readonly out: string;
  readonly err: string;
}

async function run(session: SshSession, command: string, stdin?: string): Promise<Ran> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const exit = await session.exec({
    command,
    stdout: async (data) => void out.push(data),
    stderr: async (data) => void err.push(data),
    ...(stdin === undefined ? {} : { stdin: Readable.from([stdin]) }),
  });
  return { ...exit, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

describe.skipIf(!hasOpenSsh())('OpenSSH', () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'openssh-'));
    // The servers may run as another user.
    chmodSync(directory, 0o755);
    for (const name of ['key', 'other']) makeKey(path(name));
    makeKey(path('locked'), 'a passphrase');
    const authorized = ['key', 'locked'].map((name) => readFileSync(path(`${name}.pub`), 'utf8'));
    bastion = await OpenSsh.start(path('bastion'), authorized.join(''));
    mkdirSync(path('bin'));
    host = await OpenSsh.start(path('host'), authorized.join(''), { path: path('bin') });
    const known = [bastion, host].map(
      ({ port, hostKey }) => `[127.0.0.1]:${port} ${keyOf(hostKey)}\n`,
    );
    writeFileSync(path('known_hosts'), known.join(''));
    writeFileSync(
      path('swapped'),
      [known[0], known[1]?.replace(/ssh-.*/, keyOf(path('other')))].join(''),
    );
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  afterAll(async () => {
    await host.stop();
    await bastion.stop();
    rmSync(directory, { recursive: true });
  });

  test('runs commands with output, exit code, signal and standard input', async () => {
    await connect().use('127.0.0.1', async (session) => {
      expect(await run(session, 'echo out; echo err >&2; exit 7')).toEqual({
        exitCode: 7,
        signal: null,
        out: 'out\n',
        err: 'err\n',
      });
      expect(await run(session, 'kill -KILL $$')).toMatchObject({
        exitCode: null,
        signal: 'SIGKILL',
      });
      const long = 'x'.repeat(300_000);
      expect(await run(session, 'wc -c', long)).toMatchObject({ exitCode: 0, out: '300000\n' });
      expect(await run(session, 'cat')).toMatchObject({ exitCode: 0, out: '' });
    });
  });

  test('provides a terminal if requested', async () => {
    await connect().use('127.0.0.1', async (session) => {
      const out: Uint8Array[] = [];
      const sizes = (async function* () {
        yield { columns: 101, rows: 33 };
      })();
      const exit = await session.exec({
        command: 'stty size; tty',
        stdout: async (data) => void out.push(data),
        stderr: async () => undefined,
        terminal: { type: 'xterm', sizes },
      });
      expect(exit).toEqual({ exitCode: 0, signal: null });
      expect(Buffer.concat(out).toString()).toMatch(/^33 101\r\n\/dev\/pts\/\d+\r\n$/);
    });
  });

  test('streams a gigabyte with constant memory', async () => {
    await connect().use('127.0.0.1', async (session) => {
      let bytes = 0;
      let most = 0;
      const before = process.memoryUsage().rss;
      const exit = await session.exec({
        command: `head -c ${GIB} /dev/zero`,
        stdout: async (data) => {
          bytes += data.length;
          most = Math.max(most, process.memoryUsage().rss - before);
        },
        stderr: async () => undefined,
      });
      expect(exit).toEqual({ exitCode: 0, signal: null });
      expect(bytes).toBe(GIB);
      expect(most).toBeLessThan(200 * 1024 ** 2);
    });
  });

  test('stops sending if the reader is slow', async () => {
    await connect().use('127.0.0.1', async (session) => {
      const gate = Promise.withResolvers<void>();
      let first = true;
      let bytes = 0;
      const running = session.exec({
        command: 'head -c 50000000 /dev/zero; echo done >&2',
        stdout: async (data) => {
          bytes += data.length;
          if (first) await gate.promise;
          first = false;
        },
        stderr: async () => undefined,
      });
      // The same connection can still be used.
      expect(await run(session, 'echo beside')).toMatchObject({ out: 'beside\n' });
      expect(bytes).toBeLessThan(1_000_000);
      gate.resolve();
      expect(await running).toMatchObject({ exitCode: 0 });
      expect(bytes).toBe(50_000_000);
    });
  });

  test('is refused if its host key is unknown; with acceptNew, the key is stored', async () => {
    const failed = connect({ knownHosts: 'fresh' }).use('127.0.0.1', async () => null);
    await expect(failed).rejects.toMatchObject({
      code: 'SSH_HOST_KEY_UNKNOWN',
      exitCode: 6,
      message: expect.stringMatching(/is unknown: ssh-ed25519 SHA256:[\w+/]{43}$/),
    });
    const accepted = connect({ knownHosts: 'fresh', acceptNew: true });
    expect(await accepted.use('127.0.0.1', (session) => run(session, 'true'))).toMatchObject({
      exitCode: 0,
    });
    expect(readFileSync(path('fresh'), 'utf8')).toBe(readFileSync(path('known_hosts'), 'utf8'));
  });

  test('is refused if its host key has changed, even with acceptNew', async () => {
    for (const acceptNew of [false, true]) {
      const failed = connect({ knownHosts: 'swapped', acceptNew }).use(
        '127.0.0.1',
        async () => null,
      );
      await expect(failed).rejects.toMatchObject({ code: 'SSH_HOST_KEY_CHANGED', exitCode: 6 });
    }
  });

  test('refuses other keys, with exit code 3', async () => {
    const failed = connect({ keyFile: 'other' }).use('127.0.0.1', async () => null);
    await expect(failed).rejects.toMatchObject({
      code: 'SSH_AUTH_FAILED',
      exitCode: 3,
      message: expect.stringContaining(path('other')),
    });
  });

  test('is reached with a key that has a passphrase', async () => {
    const asked = connect({ keyFile: 'locked', passphrase: 'a passphrase' });
    expect(await asked.use('127.0.0.1', (session) => run(session, 'true'))).toMatchObject({
      exitCode: 0,
    });
    const wrong = connect({ keyFile: 'locked', passphrase: 'another' });
    await expect(wrong.use('127.0.0.1', async () => null)).rejects.toMatchObject({
      code: 'SSH_KEY_UNUSABLE',
      exitCode: 7,
    });
  });

  test('is reached with the keys of an agent, without asking for a passphrase', async () => {
    const agentSocket = path('agent');
    const agent = spawn('ssh-agent', ['-D', '-a', agentSocket], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(agent.stdout, 'data');
    const env = { PATH: process.env['PATH'], SSH_AUTH_SOCK: agentSocket, HOME: directory };
    try {
      for (const keyFile of ['locked', 'other']) {
        const empty = connect({ keyFile, agentSocket }).use('127.0.0.1', async () => null);
        await expect(empty).rejects.toMatchObject({
          code: keyFile === 'locked' ? 'SSH_KEY_UNUSABLE' : 'SSH_AUTH_FAILED',
        });
      }
      writeFileSync(path('askpass'), '#!/bin/sh\necho a passphrase\n', { mode: 0o700 });
      const asked = { ...env, SSH_ASKPASS: path('askpass'), SSH_ASKPASS_REQUIRE: 'force' };
      execFileSync('ssh-add', ['-q', path('locked')], { env: asked });
      for (const keyFile of ['locked', 'other']) {
        const client = connect({ keyFile, agentSocket });
        expect(await client.use('127.0.0.1', (session) => run(session, 'true'))).toMatchObject({
          exitCode: 0,
        });
      }
    } finally {
      agent.kill();
    }
  });

  test('can be drained as a Nomad client by its own nomad CLI', async () => {
    const id = '11111111-0000-4000-8000-000000000000';
    const said = JSON.stringify({ ID: id, Name: "ip-10-0-1-2's", Status: 'ready' });
    writeFileSync(path('self.json'), said);
    // The login may be by another user.
    writeFileSync(path('asked'), '', { mode: 0o666 });
    chmodSync(path('asked'), 0o666);
    const script = [
      '#!/bin/sh',
      `for word; do printf '[%s]' "$word"; done >> ${path('asked')}`,
      `echo >> ${path('asked')}`,
      `case "$1 $2" in "node status") cat ${path('self.json')};; "version ") echo Nomad v1.1.2;; esac`,
    ];
    writeFileSync(path('bin/nomad'), `${script.join('\n')}\n`);
    chmodSync(path('bin/nomad'), 0o755);
    const { nomad, hosts } = await logInOnClients({
      ssh: connect(),
      nomad: () => Promise.reject(new AdminError('service', 'away', { code: 'NOMAD_UNREACHABLE' })),
      names: ['127.0.0.1'],
      clock: systemClock,
      requestTimeout: 10_000,
      signal: new AbortController().signal,
      note: () => undefined,
    });
    const [self] = hosts.keys();
    if (self === undefined) throw new Error('nobody was found');
    expect(self).toBe(id);
    await nomad.drain(self, { deadline: null, meta: { message: "it's $HOME; new" } });
    expect((await nomad.node(self)).value.name).toBe("ip-10-0-1-2's");
    await nomad.close();
    expect(readFileSync(path('asked'), 'utf8').trim().split('\n')).toEqual([
      '[node][status][-self][-json]',
      '[version]',
      "[node][drain][-enable][-yes][-detach][-no-deadline][-meta][message=it's $HOME; new][-self]",
      '[node][status][-json][-self]',
    ]);
  });

  test('runs no command beyond its timeout', async () => {
    const late = connect().use('127.0.0.1', (session) =>
      session.exec({
        command: 'sleep 60',
        stdout: async () => undefined,
        stderr: async () => undefined,
        limit: 300,
      }),
    );
    await expect(late).rejects.toMatchObject({ code: 'SSH_TIMEOUT', exitCode: 8 });
  });

  test.each(['host', 'bastion'] as const)('reports a lost connection to the %s', async (which) => {
    const lost = connect().use('127.0.0.1', (session) =>
      session.exec({
        command: 'echo ready; sleep 60',
        stdout: async () => (which === 'host' ? host : bastion).cut(),
        stderr: async () => undefined,
      }),
    );
    await expect(lost).rejects.toMatchObject({ code: 'SSH_LOST', exitCode: 4 });
  });

  test('is reported as unreachable if the bastion cannot reach it', async () => {
    const { port } = await OpenSsh.start(path('gone'), '').then(async (gone) => {
      await gone.stop();
      return gone;
    });
    const failed = connect().forward('127.0.0.1', port);
    await expect(failed).rejects.toMatchObject({
      code: 'SSH_UNREACHABLE',
      exitCode: 4,
      message: expect.stringMatching(
        /^127\.0\.0\.1:\d+ cannot be reached through operator@127\.0\.0\.1:\d+: connection refused$/,
      ),
    });
  });
});
