import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  GITHUB_OUTSIDER_TOKEN,
  GITHUB_SCOPELESS_TOKEN,
} from '../../../src/lib/sandbox/github/scenario.ts';
import type { AccountSpec } from '../../../src/lib/sandbox/server/scenario.ts';
import { startRig } from './rig.ts';

const MEMBERS = Array.from({ length: 250 }, (_, at) => `Member-${at}`);
const ACCOUNTS: readonly AccountSpec[] = [
  ...MEMBERS.slice(0, 240).map((login) => ({ login: login.toLowerCase() })),
  { login: 'back-again', suspended: true },
  { login: 'leaver-1' },
  { login: 'leaver-2' },
  { login: 'build-bot' },
  { login: 'boss', adminScopes: ['write-settings'] },
];

function organisation(enterprise = false) {
  const members = [...MEMBERS, 'Back-Again', 'sandbox-developer'];
  return startRig({ users: 0, accounts: ACCOUNTS }, { github: { members, enterprise } });
}

const RECONCILE = ['users', 'reconcile', '--org', 'acme', '--yes', '--json'];

describe('users reconcile', () => {
  it.each([false, true])(
    'makes the accounts match the members of all pages (Enterprise: %j)',
    async (enterprise) => {
      const rig = await organisation(enterprise);
      const { stdout, stderr, exitCode } = await rig.run(RECONCILE);
      expect(stderr).toContain('252 members');
      expect(stderr).toContain('Warning: 10 members have no account: Member-240, Member-241');
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        accounts: [
          { login: 'leaver-1', outcome: 'changed', suspended: true },
          { login: 'leaver-2', outcome: 'changed', suspended: true },
          { login: 'back-again', outcome: 'changed', suspended: false },
        ],
      });
      expect(rig.suspended()).toEqual(['leaver-1', 'leaver-2']);
      rig.sandbox.calls.reset();
      const again = await rig.run(RECONCILE);
      expect(again.stderr).toContain('Nothing to do');
      expect(rig.sandbox.calls.writes).toBe(0);
      // Each page is requested once; unchanged pages come from the cache.
      const pages = rig.sandbox.calls.recent().filter(({ service }) => service === 'github');
      expect(pages.filter(({ path }) => path.includes('/members?'))).toHaveLength(3);
    },
  );

  it.each([
    ['a page fails', { kind: 'status', status: 502 } as const, 4],
    ['a page is truncated', { kind: 'truncate', bytes: 40 } as const, 4],
    ['a page is missing', { kind: 'status', status: 404 } as const, 5],
    ['a page is forbidden', { kind: 'status', status: 403 } as const, 3],
  ])('changes no account if %s', async (_name, fault, code) => {
    const rig = await organisation();
    rig.sandbox.faults.add({ service: 'github', path: 'page=3', fault });
    const { exitCode, stdout } = await rig.run(RECONCILE);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    expect(rig.sandbox.calls.writes).toBe(0);
  });

  it.each([
    ['no token', '', 'NO_GITHUB_TOKEN'],
    ['a wrong token', 'nonsense-token', 'GITHUB_UNAUTHORIZED'],
    ['a token without the scope', GITHUB_SCOPELESS_TOKEN, 'GITHUB_FORBIDDEN'],
    ["an outsider's token", GITHUB_OUTSIDER_TOKEN, 'GITHUB_FORBIDDEN'],
  ])('changes no account with %s', async (_name, GITHUB_TOKEN, code) => {
    const rig = await organisation();
    const { stderr, exitCode } = await rig.run(RECONCILE, { env: { GITHUB_TOKEN } });
    expect(exitCode).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({ code });
    expect(rig.sandbox.calls.writes).toBe(0);
  });

  it('does not send a token to another GitHub', async () => {
    const rig = await organisation();
    const words = [...RECONCILE, '--github-host', 'github.example.com'];
    const { stderr } = await rig.run(words);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'NO_GITHUB_TOKEN', exitCode: 3 });
  });

  it('reads the members from a file, and only suspends with --suspend', async () => {
    const rig = await organisation();
    await writeFile(join(rig.directory, 'members.txt'), MEMBERS.join('\n'));
    const words = ['users', 'reconcile', '--members', 'members.txt', '--suspend', '--yes'];
    const { stderr, exitCode } = await rig.run([...words, '--keep', 'leaver-2']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^leaver-2 +kept by --keep$/m);
    expect(stderr).toMatch(/^build-bot +seems to be a machine user/m);
    expect(rig.suspended().toSorted()).toEqual(['back-again', 'leaver-1', 'sandbox-developer']);
  });

  it.each([
    ['no list of members', [], 2, 'NO_MEMBERS_NAMED'],
    ['two lists of members', ['--org', 'acme', '--members', '-'], 2, 'CONFLICTING_FLAGS'],
    ['an empty list', ['--members', '-'], 7, 'NO_LOGINS'],
    ['an invalid organisation', ['--org', 'a/b'], 2, 'BAD_ORG'],
  ])('rejects %s', async (_name, words, exitCode, code) => {
    const rig = await startRig({ users: 4 });
    const { stderr } = await rig.run(['users', 'reconcile', ...words, '--yes', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({ code, exitCode });
  });
});
