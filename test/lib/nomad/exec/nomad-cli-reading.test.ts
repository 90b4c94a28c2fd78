import { describe, expect, it } from 'vitest';
import { readsOnly, tokensIn } from '../../../../src/lib/nomad/exec/nomad-cli-reading.ts';

describe('readsOnly', () => {
  it.each([
    '',
    'status',
    'node status -verbose',
    'node-status',
    'job status acme',
    'node status -address http://x',
    'alloc logs -f 0e44',
    'server members',
    'operator raft list-peers',
    'acl binding-rule list',
    'node meta read -node-id 4ad8',
    'operator root keyring list',
    '--version',
    'help node drain',
  ])('is true for %j', (line) => {
    expect(readsOnly(line.split(' ').filter(Boolean))).toBe(true);
  });

  it.each([
    'node drain -enable -yes 4ad8',
    'node-drain -enable 4ad8',
    'node eligibility -disable 4ad8',
    'node -verbose status',
    '-address http://x node status',
    '--v node drain -enable -yes 4ad8',
    'ui -authenticate',
    'job stop acme',
    'stop acme',
    'job run -',
    'system gc',
    'alloc exec 0e44 cat -v',
    'alloc exec 0e44 sh -c status',
    'alloc stop 0e44',
    '-address status node drain 4ad8',
    'operator raft remove-peer',
    'operator debug',
    'acl bootstrap',
    'acl token self',
    'node meta apply -unset rack',
    'operator root keyring rotate',
    'operator gossip keyring list',
    'agent -dev',
    'a-command-of-tomorrow',
    '-autocomplete-install',
  ])('is false for %j', (line) => {
    expect(readsOnly(line.split(' '))).toBe(false);
  });
});

describe('tokensIn', () => {
  it.each([
    ['system gc', []],
    ['-token s3cret system gc --token=an-other', ['s3cret', 'an-other']],
    ['acl token list -token', []],
  ])('returns the tokens of %j', (line, tokens) => {
    expect(tokensIn(line.split(' '))).toEqual(tokens);
  });
});
