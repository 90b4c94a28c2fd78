import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Clock, Milliseconds } from '../../../src/lib/clock.ts';
import type { SshClient, SshSession } from '../../../src/lib/ssh/client.ts';
import type { HostKeyPolicy } from '../../../src/lib/ssh/host-keys.ts';
import { createSshClient, type SshOptions } from '../../../src/lib/ssh/sessions.ts';
import { FreezableProxy } from '../../support/freezable-proxy.ts';
import { HurriedClock } from '../../support/hurried-clock.ts';
import { makeKey, publicKey, SshServer, silentPort } from '../../support/ssh-server.ts';

let directory: string;
let ed25519: string;
let ecdsa: string;
let rsa: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssh-'));
  ed25519 = makeKey(directory, 'ed25519', 'ed25519');
  ecdsa = makeKey(directory, 'ecdsa', 'ecdsa');
  rsa = makeKey(directory, 'rsa', 'rsa');
});
afterAll(() => rmSync(directory, { recursive: true }));

const HOST = '127.0.0.1';

function knownHosts(...lines: readonly string[]): string {
  const file = join(mkdtempSync(join(directory, 'known-')), 'known_hosts');
  writeFileSync(file, lines.join('\n'));
  return file;
}

function connect(port: number, file: string, changed: Partial<SshOptions> = {}): SshClient {
  const client = createSshClient({
    user: 'ubuntu',
    port,
    bastion: null,
    identities: { keyFile: ed25519, home: directory, agentSocket: null, askPassphrase: null },
    hostKeys: { files: [file], acceptNew: false },
    clock: new HurriedClock(new Date('2026-01-01T00:00:00Z')),
    connectTimeout: 60_000,
    ...changed,
  });
  onTestFinished(() => client.close());
  return client;
}

/** A clock whose time limits, all or those of one length, are exceeded at once when it is told so. */
class SwitchedClock implements Clock {
  #expired: (limit: Milliseconds) => boolean = () => false;

  expire(limit?: Milliseconds): void {
    this.#expired = (other) => limit === undefined || other === limit;
  }

  now(): Date {
    return new Date('2026-01-01T00:00:00Z');
  }

  sleep(limit: Milliseconds): Promise<void> {
    return this.#expired(limit) ? Promise.resolve() : new Promise(() => undefined);
  }
}

const run = (session: SshSession, command: string) =>
  session.exec({ command, stdout: async () => undefined, stderr: async () => undefined });

describe('the host key', () => {
  it.each(['ecdsa', 'rsa', 'ed25519'])(
    'is requested in the type that is known: %s',
    async (type) => {
      await using server = await SshServer.start([ed25519, ecdsa, rsa]);
      const known = { ecdsa, rsa, ed25519 }[type] ?? '';
      const file = knownHosts(`[${HOST}]:${server.port} ${publicKey(known)}`);
      const exit = await connect(server.port, file).use(HOST, (session) => run(session, 'true'));
      expect(exit).toEqual({ exitCode: 0, signal: null });
    },
  );

  it('fails if known_hosts is a directory', async () => {
    await using server = await SshServer.start([ed25519]);
    const failed = connect(server.port, directory).use(HOST, async () => null);
    await expect(failed).rejects.toMatchObject({
      code: 'KNOWN_HOSTS_UNUSABLE',
      exitCode: 7,
      message: expect.stringContaining(`cannot be read from ${directory}`),
    });
  });

  it('fails if the new key cannot be saved', async () => {
    await using server = await SshServer.start([ed25519]);
    const file = knownHosts();
    rmSync(file);
    symlinkSync(join(directory, 'none', 'known_hosts'), file);
    const hostKeys: HostKeyPolicy = { files: [file], acceptNew: true };
    const failed = connect(server.port, file, { hostKeys }).use(HOST, async () => null);
    await expect(failed).rejects.toMatchObject({ code: 'KNOWN_HOSTS_UNUSABLE', exitCode: 7 });
  });
});

describe('parallel commands', () => {
  it('wait for a free slot if the host allows fewer', async () => {
    await using server = await SshServer.start([ed25519], 2);
    const file = knownHosts(`[${HOST}]:${server.port} ${publicKey(ed25519)}`);
    const commands = ['a', 'b', 'c', 'd', 'e', 'f'];
    const exits = await connect(server.port, file).use(HOST, (session) =>
      Promise.all(commands.map((command) => run(session, command))),
    );
    expect(exits.map(({ exitCode }) => exitCode)).toEqual(commands.map(() => 0));
    expect(server.commands.toSorted()).toEqual(commands);
    expect(server.most).toBe(2);
  });

  it('fail as refused, not as a lost connection, if the host allows none', async () => {
    await using server = await SshServer.start([ed25519], 0);
    const file = knownHosts(`[${HOST}]:${server.port} ${publicKey(ed25519)}`);
    const failed = connect(server.port, file).use(HOST, (session) => run(session, 'true'));
    await expect(failed).rejects.toMatchObject({ code: 'SSH_COMMAND_REFUSED', exitCode: 4 });
  });
});

it('refuses a shell whose terminal is never resized', async () => {
  await using server = await SshServer.start([ed25519], 0);
  const file = knownHosts(`[${HOST}]:${server.port} ${publicKey(ed25519)}`);
  const sizes = (async function* () {
    yield { columns: 80, rows: 24 };
    await new Promise(() => undefined);
  })();
  const ignore = async (): Promise<void> => undefined;
  const shell = { command: null, stdout: ignore, stderr: ignore };
  const failed = connect(server.port, file).use(HOST, (session) =>
    session.exec({ ...shell, terminal: { type: 'xterm', sizes } }),
  );
  await expect(failed).rejects.toMatchObject({ code: 'SSH_COMMAND_REFUSED' });
});

describe('parallel sessions', () => {
  it.each([
    [undefined, 12],
    [3, 3],
  ])('are limited: %s', async (most, atOnce) => {
    await using server = await SshServer.start([ed25519]);
    const file = knownHosts(`[${HOST}]:${server.port} ${publicKey(ed25519)}`);
    const client = connect(server.port, file, most === undefined ? {} : { maxSessions: most });
    let open = 0;
    let peak = 0;
    const all = Promise.withResolvers<void>();
    const work = async (): Promise<void> => {
      open += 1;
      peak = Math.max(peak, open);
      if (open === atOnce) all.resolve();
      await all.promise;
      open -= 1;
    };
    await Promise.all(Array.from({ length: 12 }, () => client.use(HOST, work)));
    expect(peak).toBe(atOnce);
  });
});

describe('the bastion', () => {
  it('is not waited for after an abort', async () => {
    await using silent = await silentPort();
    const bastion = { user: 'ubuntu', host: HOST, port: silent.port };
    const client = connect(22, knownHosts(), { bastion });
    const interrupted = new AbortController();
    const failed = client.use('10.0.0.1', async () => null, interrupted.signal);
    interrupted.abort(new Error('interrupted'));
    await expect(failed).rejects.toThrow('interrupted');
    await client.close();
  });

  it('is logged in on again after its connection was lost', async () => {
    await using server = await SshServer.start([ed25519]);
    const file = knownHosts(`[${HOST}]:${server.port} ${publicKey(ed25519)}`);
    const bastion = { user: 'ubuntu', host: HOST, port: server.port };
    const client = connect(22, file, { bastion });
    for (const logins of [1, 2]) {
      expect(await text(await client.forward('10.0.0.1', 443))).toBe('hello');
      expect(server.logins).toBe(logins);
      server.cut();
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('gets its own hint if it is unreachable', async () => {
    const server = await SshServer.start([ed25519]);
    const { port } = server;
    await server[Symbol.asyncDispose]();
    const bastion = { user: 'ubuntu', host: HOST, port };
    const failed = connect(22, knownHosts(), { bastion }).use('10.0.0.1', async () => null);
    await expect(failed).rejects.toMatchObject({
      code: 'SSH_UNREACHABLE',
      hint: `This is the bastion: check that it is up, and that this machine can reach its port ${port}.`,
    });
    const direct = connect(port, knownHosts()).use(HOST, async () => null);
    await expect(direct).rejects.toMatchObject({ hint: expect.stringContaining('--bastion') });
  });

  it.each([
    ['for a connection', (client: SshClient) => client.forward('10.0.0.1', 443)],
    ['for a login', (client: SshClient) => client.use('10.0.0.1', async () => null)],
  ])('is reported if it stops responding after the login, %s', async (_name, ask) => {
    await using server = await SshServer.start([ed25519]);
    await using proxy = await FreezableProxy.start(server.port);
    const file = knownHosts(`[${HOST}]:${proxy.port} ${publicKey(ed25519)}`);
    const bastion = { user: 'ubuntu', host: HOST, port: proxy.port };
    const clock = new SwitchedClock();
    const client = connect(22, file, { bastion, clock });
    await client.logIn();
    expect(await client.findSilentBastion()).toBeNull();
    proxy.freeze();
    clock.expire();
    await expect(ask(client)).rejects.toMatchObject({
      code: 'SSH_TIMEOUT',
      exitCode: 8,
      message: `The bastion ubuntu@${HOST}:${proxy.port} no longer responds`,
    });
  });

  it('is not blamed for a host behind it that does not respond', async () => {
    await using server = await SshServer.start([ed25519]);
    const file = knownHosts(`[${HOST}]:${server.port} ${publicKey(ed25519)}`);
    const bastion = { user: 'ubuntu', host: HOST, port: server.port };
    const clock = new SwitchedClock();
    const client = connect(22, file, { bastion, clock });
    await client.logIn();
    clock.expire(60_000);
    await expect(client.forward('10.0.0.1', 443)).rejects.toMatchObject({
      code: 'SSH_TIMEOUT',
      message: expect.stringContaining('Connecting to 10.0.0.1:443 through ubuntu@'),
    });
  });
});

it('closes its connection with a host that no longer responds', async () => {
  await using server = await SshServer.start([ed25519]);
  await using proxy = await FreezableProxy.start(server.port);
  const file = knownHosts(`[${HOST}]:${proxy.port} ${publicKey(ed25519)}`);
  await connect(proxy.port, file).use(HOST, async () => proxy.freeze());
  await proxy.closed();
});
