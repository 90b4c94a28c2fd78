import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SshClient, SshSession } from '../../src/lib/ssh/client.ts';
import { createSshClient, type SshOptions } from '../../src/lib/ssh/sessions.ts';
import { systemClock } from '../../src/lib/terminal/system-clock.ts';
import { hasOpenSsh, makeKey, OpenSsh, USER } from './openssh.ts';

/**
 * Tests the SSH client with the kinds of user keys and host keys of OpenSSH, and with a strict
 * server.
 */

const HOST = '127.0.0.1';

/** Keys as operators have them: a name and the options of ssh-keygen. */
const KEYS: readonly [string, ...string[]][] = [
  ['rsa', '-t', 'rsa', '-b', '2048'],
  ['rsa-pem', '-t', 'rsa', '-b', '2048', '-m', 'PEM'],
  ['rsa-pkcs8', '-t', 'rsa', '-b', '2048', '-m', 'PKCS8'],
  ['ecdsa', '-t', 'ecdsa', '-b', '384'],
  ['ecdsa-pem', '-t', 'ecdsa', '-m', 'PEM'],
  ['ecdsa-pkcs8', '-t', 'ecdsa', '-m', 'PKCS8'],
];

let directory: string;
let strict: OpenSsh;
const clients: SshClient[] = [];

const path = (name: string): string => join(directory, name);
const publicKey = (file: string): string =>
  readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');

function connect(keyFile: string | null, known: string, changed: Partial<SshOptions> = {}) {
  writeFileSync(path('known_hosts'), `[${HOST}]:${strict.port} ${publicKey(known)}\n`);
  const client = createSshClient({
    user: USER,
    port: strict.port,
    bastion: null,
    identities: {
      keyFile: keyFile === null ? null : path(keyFile),
      home: directory,
      agentSocket: null,
      askPassphrase: null,
    },
    hostKeys: { files: [path('known_hosts')], acceptNew: false },
    clock: systemClock,
    connectTimeout: 10_000,
    ...changed,
  });
  clients.push(client);
  return client;
}

async function echo(session: SshSession, word: string): Promise<string> {
  const out: Uint8Array[] = [];
  await session.exec({
    command: `echo ${word}`,
    stdout: async (data) => void out.push(data),
    stderr: async () => undefined,
  });
  return Buffer.concat(out).toString().trim();
}

describe.skipIf(!hasOpenSsh())('OpenSSH', () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'openssh-'));
    // The server may run as another user.
    chmodSync(directory, 0o755);
    for (const [name, ...options] of KEYS) makeKey(path(name), '', options);
    const authorized = KEYS.map(([name]) => readFileSync(path(`${name}.pub`), 'utf8'));
    strict = await OpenSsh.start(path('strict'), authorized.join(''), {
      config: ['MaxSessions 1', 'MaxAuthTries 1', 'AllowTcpForwarding no'],
      hostKeys: ['rsa', 'ecdsa'],
    });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  afterAll(async () => {
    await strict.stop();
    rmSync(directory, { recursive: true });
  });

  test.each(KEYS)('accepts a key: %s', async (keyFile) => {
    const client = connect(keyFile, strict.hostKey);
    expect(await client.use(HOST, (session) => echo(session, 'in'))).toBe('in');
  });

  test.each(['rsa', 'ecdsa'])('is verified by the one host key that is known: %s', async (type) => {
    const client = connect('rsa', path(`strict/${type}`));
    expect(await client.use(HOST, (session) => echo(session, 'in'))).toBe('in');
  });

  test('runs one command after the other if it allows only one session', async () => {
    const words = ['1', '2', '3', '4', '5', '6'];
    const ran = await connect('rsa', strict.hostKey).use(HOST, (session) =>
      Promise.all(words.map((word) => echo(session, word))),
    );
    expect(ran).toEqual(words);
  });

  test('cannot be a bastion if it forbids forwarding', async () => {
    const bastion = { user: USER, host: HOST, port: strict.port };
    const failed = connect('rsa', strict.hostKey, { bastion }).forward(HOST, 22);
    await expect(failed).rejects.toMatchObject({
      code: 'SSH_UNREACHABLE',
      message: expect.stringContaining('refused to forward'),
    });
  });

  test('closes the connection after too many keys, which is reported', async () => {
    mkdirSync(path('.ssh'));
    for (const type of ['ed25519', 'ecdsa']) makeKey(path(`.ssh/id_${type}`), '', ['-t', type]);
    const failed = connect(null, strict.hostKey).use(HOST, async () => null);
    await expect(failed).rejects.toMatchObject({
      code: 'SSH_AUTH_FAILED',
      exitCode: 3,
      message: expect.stringContaining('Too many authentication failures'),
    });
  });
});
