import { describe, expect, it } from 'vitest';
import { githubAddress, isPublicGitHub } from '../../../src/lib/github/address.ts';

describe('githubAddress', () => {
  it.each([
    [null, 'https://api.github.com', '', 'github.com'],
    ['github.com', 'https://api.github.com', '', 'github.com'],
    ['https://api.github.com', 'https://api.github.com', '', 'github.com'],
    ['ghe.example.com', 'https://ghe.example.com', '/api/v3', 'ghe.example.com'],
    ['https://ghe.example.com/', 'https://ghe.example.com', '/api/v3', 'ghe.example.com'],
    ['ghe.example.com:8443', 'https://ghe.example.com:8443', '/api/v3', 'ghe.example.com:8443'],
    ['https://ghe.example.com/api/v3/', 'https://ghe.example.com', '/api/v3', 'ghe.example.com'],
    ['acme.ghe.com', 'https://api.acme.ghe.com', '', 'acme.ghe.com'],
    ['https://api.acme.ghe.com', 'https://api.acme.ghe.com', '', 'acme.ghe.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', '', '127.0.0.1:8080'],
  ])('of %s is %s%s', (given, origin, prefix, host) => {
    expect(githubAddress(given)).toEqual({ origin, prefix, host });
  });

  it('rejects an invalid host, and one with a password', () => {
    for (const text of ['', 'a b', 'https://me:secret@ghe.example.com']) {
      expect(() => githubAddress(text)).toThrow(
        expect.objectContaining({ kind: 'usage', code: 'BAD_GITHUB_HOST' }),
      );
    }
  });

  it('distinguishes github.com from other hosts', () => {
    expect(isPublicGitHub(githubAddress(null))).toBe(true);
    expect(isPublicGitHub(githubAddress('acme.ghe.com'))).toBe(false);
  });
});
