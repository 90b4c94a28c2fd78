import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MASK, Masker } from '../../src/lib/masking.ts';

const CANARY = 'c4n4ry-T0ken/with+odd=characters';

describe('Masker', () => {
  it.each([
    ['unchanged', CANARY],
    ['in a URL', `https://host/?token=${encodeURIComponent(CANARY)}`],
    ['in base64', `Basic ${Buffer.from(CANARY).toString('base64')}`],
    ['in JSON', JSON.stringify({ token: CANARY })],
  ])('masks a registered secret %s', (_, text) => {
    const masker = new Masker();
    masker.add(CANARY);
    const masked = masker.mask(text);
    expect(masked).toContain(MASK);
    expect(masked).not.toContain(CANARY);
    expect(masked).not.toContain(Buffer.from(CANARY).toString('base64'));
    expect(masked).not.toContain(encodeURIComponent(CANARY));
  });

  it.each([
    'Authorization: Bearer abcdefghijkl',
    'circle-token: abcdefghijkl',
    '{"X-Nomad-Token":"abcdefghijkl"}',
    'https://user:abcdefghijkl@proxy:3128/',
    'NOMAD_TOKEN=abcdefghijkl nomad status',
    '-----BEGIN RSA PRIVATE KEY-----\nabcdefghijkl\n-----END RSA PRIVATE KEY-----',
  ])('masks a secret that is not registered but has a known form: %s', (text) => {
    expect(new Masker().mask(text)).not.toContain('abcdefghijkl');
  });

  it('leaves ordinary text unchanged', () => {
    const text = 'node ip-10-0-10-131 is draining; 2 builds are running';
    expect(new Masker().mask(text)).toBe(text);
  });

  it('masks a secret at any position', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ minLength: 12 }),
        fc.string(),
        (before, secret, after) => {
          fc.pre(secret.trim().length >= 12 && !before.includes(secret) && !MASK.includes(secret));
          const masker = new Masker();
          masker.add(secret);
          expect(masker.mask(`${before}${secret}${after}`)).not.toContain(secret);
        },
      ),
    );
  });
});
