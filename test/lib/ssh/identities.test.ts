import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { AdminError } from '../../../src/lib/errors.ts';
import { type IdentitySources, readIdentities } from '../../../src/lib/ssh/identities.ts';
import { systemClock } from '../../../src/lib/terminal/system-clock.ts';
import { makeKey } from '../../support/ssh-server.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'identities-'));
  mkdirSync(join(home, '.ssh'));
});
afterEach(() => rmSync(home, { recursive: true }));

const path = (name: string): string => join(home, name);
const read = (changed: Partial<IdentitySources>, clock: Clock = systemClock) => {
  const none = { keyFile: null, home, agentSocket: null, askPassphrase: null };
  return readIdentities({ ...none, ...changed }, clock);
};

describe('a named key file', () => {
  it.each(['', 'open sesame'])('can be PKCS #8, with the passphrase %j', async (passphrase) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const secret = passphrase === '' ? {} : { passphrase, cipher: 'aes-256-cbc' };
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem', ...secret });
    writeFileSync(path('pkcs8'), pkcs8, { mode: 0o600 });
    const asked: string[] = [];
    const answers = ['wrong', passphrase];
    const identities = await read({
      keyFile: path('pkcs8'),
      askPassphrase: async (question) => {
        asked.push(question);
        return answers.shift() ?? null;
      },
    });
    expect(identities).toMatchObject([{ kind: 'key', key: { type: 'ssh-rsa' } }]);
    const question = `Passphrase of ${path('pkcs8')}`;
    const both = [`${question}:`, `${question} (wrong passphrase, try again):`];
    expect(asked).toEqual(passphrase === '' ? [] : both);
  });

  it.each([
    ['key.pub', 'it is a public key', 'Use the private key'],
    ['.ssh', 'it is not a file', '--ssh-key'],
    ['none', 'the file does not exist', '--ssh-key'],
    ['open', 'other users can read it', 'chmod 600 '],
  ])('is rejected if it is unusable: %s', async (name, why, hint) => {
    makeKey(home, 'key', 'ed25519');
    copyFileSync(path('key'), path('open'));
    chmodSync(path('open'), 0o644);
    await expect(read({ keyFile: path(name) })).rejects.toMatchObject({
      code: 'SSH_KEY_UNUSABLE',
      message: expect.stringContaining(why),
      hint: expect.stringContaining(hint),
    });
  });
});

describe('the default key files', () => {
  it('are skipped if they have a passphrase and another key is available', async () => {
    makeKey(path('.ssh'), 'id_ed25519', 'ed25519', 'open sesame');
    const locked = expect.objectContaining({ code: 'SSH_KEY_UNUSABLE' });
    await expect(read({})).rejects.toEqual(locked);
    makeKey(path('.ssh'), 'id_rsa', 'rsa');
    expect((await read({})).map(({ name }) => name)).toEqual([path('.ssh/id_rsa')]);
  });

  it('are not asked for again after the operator has declined a prompt', async () => {
    for (const name of ['id_ed25519', 'id_ecdsa']) {
      makeKey(path('.ssh'), name, 'ed25519', 'open sesame');
    }
    const cancelled = new AdminError('refused', 'Cancelled', { code: 'CANCELLED' });
    let asked = 0;
    const askPassphrase = async (): Promise<never> => {
      asked += 1;
      throw cancelled;
    };
    await expect(read({ askPassphrase })).rejects.toBe(cancelled);
    expect(asked).toBe(1);
  });
});

describe('an agent that does not respond', () => {
  it('counts as absent', async () => {
    const sockets = new Set<Socket>();
    const agent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => agent.listen(path('agent'), resolve));
    const expired: Clock = { now: () => new Date(0), sleep: async () => undefined };
    const keyFile = makeKey(home, 'locked', 'ed25519', 'open sesame');
    const asked = { keyFile, agentSocket: path('agent'), askPassphrase: async () => 'open sesame' };
    expect(await read(asked, expired)).toMatchObject([{ kind: 'key', name: keyFile }]);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => agent.close(resolve));
  });
});
