import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  fingerprint,
  hasOnlyAuthority,
  judgeHostKey,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
} from '../../../src/lib/ssh/known-hosts.ts';

/** A public key of a type in the wire format. */
function key(type: string, content: string): Buffer {
  const text = (value: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(value.length);
    return Buffer.concat([length, Buffer.from(value)]);
  };
  return Buffer.concat([text(type), text(content)]);
}

const A = key('ssh-ed25519', 'a');
const B = key('ssh-ed25519', 'b');
const RSA = key('ssh-rsa', 'r');
const base64 = (bytes: Buffer): string => bytes.toString('base64');
const line = (hosts: string, bytes = A): string => `${hosts} ssh-ed25519 ${base64(bytes)} comment`;

function hashed(name: string): string {
  const salt = Buffer.from('0123456789abcdef0123');
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

describe('judgeHostKey', () => {
  const HOST = { host: 'bastion.example.com', port: 22 };
  const OTHER_PORT = { host: 'bastion.example.com', port: 2222 };

  it.each([
    ['the name', line('bastion.example.com'), HOST, A, 'known'],
    ['the name in a different case', line('Bastion.Example.COM'), HOST, A, 'known'],
    ['one of several names', line('10.0.0.1,bastion.example.com'), HOST, A, 'known'],
    ['a pattern', line('*.example.???'), HOST, A, 'known'],
    ['a pattern that excludes it', line('*.example.com,!bastion.*'), HOST, A, 'unknown'],
    ['its hash', line(hashed('bastion.example.com')), HOST, A, 'known'],
    ["another's hash", line(hashed('example.com')), HOST, A, 'unknown'],
    [
      'a hash of the name with its port',
      line(hashed('[bastion.example.com]:2222')),
      OTHER_PORT,
      A,
      'known',
    ],
    ['the name with its port', line('[bastion.example.com]:2222'), OTHER_PORT, A, 'known'],
    ['the name, for another port', line('bastion.example.com'), OTHER_PORT, A, 'unknown'],
    ['another key', line('bastion.example.com', B), HOST, A, 'changed'],
    ['a key of another type', `bastion.example.com ssh-rsa ${base64(RSA)}`, HOST, A, 'changed'],
    [
      'a second key of the host',
      `${line('bastion.example.com', B)}\n${line('bastion*')}`,
      HOST,
      A,
      'known',
    ],
    ['its revocation', `@revoked ${line('*')}\n${line('bastion*')}`, HOST, A, 'revoked'],
    [
      'its revocation, for another port',
      `@revoked ${line('bastion.example.com')}\n${line('[bastion.example.com]:2222')}`,
      OTHER_PORT,
      A,
      'revoked',
    ],
    ['its revocation, for another host', `@revoked ${line('old.example.com')}`, HOST, A, 'revoked'],
    ['the revocation of another key', `@revoked ${line('*', B)}`, HOST, A, 'unknown'],
    ['only a certificate authority', `@cert-authority ${line('*')}`, HOST, A, 'unknown'],
    ['a comment', `# ${line('bastion.example.com')}`, HOST, A, 'unknown'],
    ['an incomplete line', 'bastion.example.com ssh-ed25519', HOST, A, 'unknown'],
    ['an unknown marker', `@other ${line('*')}`, HOST, A, 'unknown'],
  ] as const)('judges by %s', (_what, text, place, shown, verdict) => {
    expect(judgeHostKey(parseKnownHosts(text), place, shown)).toBe(verdict);
  });

  it('knows a key that knownHostLine has written', () => {
    for (const place of [HOST, OTHER_PORT, { host: '::1', port: 22 }]) {
      const known = parseKnownHosts(`${knownHostLine(place, RSA)}\n`);
      expect(judgeHostKey(known, place, RSA)).toBe('known');
      expect(knownKeyTypes(known, place)).toEqual(['ssh-rsa']);
    }
  });

  it('recognises hosts that only a certificate authority covers', () => {
    const known = parseKnownHosts(`@cert-authority ${line('*.example.com')}\n${line('10.0.0.1')}`);
    expect(hasOnlyAuthority(known, HOST)).toBe(true);
    expect(hasOnlyAuthority(known, { host: '10.0.0.1', port: 22 })).toBe(false);
    expect(hasOnlyAuthority(known, { host: 'elsewhere', port: 22 })).toBe(false);
  });
});

it('prints fingerprints as ssh-keygen does', () => {
  const known = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
  // The key of github.com, as GitHub publishes it.
  expect(fingerprint(Buffer.from(known, 'base64'))).toBe(
    'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
  );
});
