import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NreplScenario } from '../../../src/lib/sandbox/nrepl/scenario.ts';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import { healthy } from '../../../src/lib/sandbox/scenarios/healthy.ts';
import { isGitHubLogin } from '../../../src/lib/server/github-login.ts';
import { cli, startSandbox } from '../../support/sandbox.ts';

const DELETE = 'circle.http.api.admin-commands.user/delete-by-login-vcs-type!';
const LEAVER = 'sandbox-developer';

async function rig(nrepl: NreplScenario = {}) {
  const scenario = { ...healthy, nrepl, server: { users: 12 } };
  const sandbox = await startSandbox({ scenario, clients: 1, builds: 0 });
  const env = sandbox.environment();
  const run = (words: readonly string[], more: Readonly<Record<string, string | undefined>> = {}) =>
    cli(['users', 'delete', ...words], { env: { ...env, ...more }, clock: sandbox.clock });
  return { sandbox, run };
}

const has = (sandbox: Sandbox, login: string): boolean =>
  sandbox.server.accounts.find(login) !== undefined;

describe('users delete', () => {
  it('shows the account and the consequences, deletes it and verifies', async () => {
    const { sandbox, run } = await rig();
    const { stdout, stderr, exitCode } = await run([LEAVER, '--confirm', LEAVER]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^Installation: .*\n\nLogin +sandbox-developer\nName +Sandbox Developer/,
    );
    expect(stderr).toContain('The account, permanently: there is no undo');
    expect(stderr).toContain('ask CircleCI support before you delete an account');
    expect(stdout).toBe(`Login    ${LEAVER}\nAccount  deleted, and no longer in the list\n`);
    expect(has(sandbox, LEAVER)).toBe(false);
    // One connection each for the plan, the deletion and the verification, closed after use.
    const ops = sandbox.calls.recent().filter(({ service }) => service === 'nrepl');
    expect(ops.filter(({ method }) => method === 'clone')).toHaveLength(3);
    expect(ops.filter(({ method }) => method === 'close')).toHaveLength(3);
  });

  it('ignores the case of the login, and logs the deletion', async () => {
    const { sandbox, run } = await rig();
    const words = ['SandBox-DEVeloper', '--confirm', LEAVER, '--json'];
    const { stdout, exitCode } = await run(words);
    expect({ exitCode, report: JSON.parse(stdout) }).toEqual({
      exitCode: 0,
      report: { login: LEAVER, outcome: 'deleted', error: null, exitCode: 0 },
    });
    const audit = join(sandbox.environment()['CIRCLECI_ADMIN_DATA_DIR'] ?? '', 'audit.jsonl');
    const lines = (await readFile(audit, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((one) => JSON.parse(one));
    expect(lines).toMatchObject([
      { phase: 'begin', action: `delete the account ${LEAVER}`, plan: { login: LEAVER } },
      { phase: 'end', exitCode: 0 },
    ]);
  });

  it.each([
    [['--dry-run'], 0, /Dry run: nothing was changed/],
    [['--yes'], 6, /Nothing was changed. To go ahead.*--confirm sandbox-developer/],
    [
      ['--confirm', 'sandbox-admin'],
      6,
      /--confirm sandbox-admin does not match "sandbox-developer"/,
    ],
    [['--confirm', LEAVER, '--read-only'], 6, /read-only/],
  ])('with %j nothing is deleted', async (flags, code, said) => {
    const { sandbox, run } = await rig();
    const { stderr, exitCode } = await run([LEAVER, ...flags]);
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringMatching(said) });
    expect(has(sandbox, LEAVER)).toBe(true);
    expect(sandbox.calls.writes).toBe(0);
    const opened = sandbox.calls.recent().some(({ service }) => service === 'nrepl');
    // The nREPL is not opened for a change that is refused anyway.
    expect(opened).toBe(!flags.includes('--read-only'));
  });

  it.each([
    ['sandbox-admin', 'OWN_ACCOUNT', 6],
    ['sandbox-develper', 'USER_NOT_FOUND', 5],
  ])('%s is refused with %s', async (login, code, exitCode) => {
    const { sandbox, run } = await rig();
    const result = await run([login, '--confirm', login, '--json']);
    expect(result).toMatchObject({ stdout: '', exitCode });
    expect(JSON.parse(result.stderr)).toMatchObject({ code, exitCode });
    expect(sandbox.calls.writes).toBe(0);
  });

  it('the last administrator cannot be deleted', async () => {
    const { sandbox, run } = await rig();
    const [me, other] = ['sandbox-admin', LEAVER].map((one) => sandbox.server.accounts.find(one));
    if (!me || !other) throw new Error('the accounts are not there');
    // The token's own account can only read settings, so it does not count as an administrator.
    me.adminScopes = ['read-settings'];
    other.adminScopes = ['write-settings'];
    const result = await run([LEAVER, '--confirm', LEAVER, '--json']);
    expect(JSON.parse(result.stderr)).toMatchObject({ code: 'LAST_ADMIN', exitCode: 6 });
    expect(has(sandbox, LEAVER)).toBe(true);
  });

  it('works without the admin API, and shows what is unknown', async () => {
    const { sandbox, run } = await rig();
    const words = [LEAVER, '--confirm', LEAVER];
    const { stderr, exitCode } = await run(words, { CIRCLE_TOKEN: undefined });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/Name +unknown\n/);
    expect(stderr).toContain(
      'whether it is the last administrator: the host or the token of the admin API is not set.',
    );
    expect(has(sandbox, LEAVER)).toBe(false);
  });

  it.each<[string, NreplScenario, string, number, RegExp]>([
    ['lacks the function', { missing: [DELETE] }, 'REPL_FUNCTION_MISSING', 4, /users suspend/],
    ['has no nREPL', { listens: false }, 'REPL_REFUSED', 4, /server.replPort/],
  ])(
    'a frontend that %s is reported before the confirmation',
    async (_, nrepl, code, exit, hint) => {
      const { run } = await rig(nrepl);
      const { stdout, stderr, exitCode } = await run([LEAVER, '--confirm', LEAVER, '--json']);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: exit });
      expect(JSON.parse(stderr)).toMatchObject({ code, hint: expect.stringMatching(hint) });
    },
  );

  it('an exception keeps the account and is in the report', async () => {
    const { sandbox, run } = await rig({ throwing: { [DELETE]: 'mongo is away' } });
    const { stdout, exitCode } = await run([LEAVER, '--confirm', LEAVER, '--json']);
    expect({ exitCode, report: JSON.parse(stdout) }).toMatchObject({
      exitCode: 4,
      report: {
        outcome: 'kept',
        error: { code: 'REPL_ERROR', message: expect.stringContaining('mongo is away') },
      },
    });
    expect(has(sandbox, LEAVER)).toBe(true);
  });

  it.each([
    ['is lost before the deletion', { kind: 'reset' as const }, 'kept', 4],
    ['is lost after the deletion', { kind: 'truncate' as const, bytes: 0 }, 'deleted', 0],
  ])(
    'when the connection %s, the outcome is read from the list',
    async (_, fault, outcome, exit) => {
      const { sandbox, run } = await rig();
      const path = 'delete-by-login-vcs-type! "';
      sandbox.faults.add({ service: 'nrepl', method: 'eval', path, fault });
      const { stdout, exitCode } = await run([LEAVER, '--confirm', LEAVER, '--json']);
      expect({ exitCode, outcome: JSON.parse(stdout).outcome }).toEqual({
        exitCode: exit,
        outcome,
      });
      expect(has(sandbox, LEAVER)).toBe(outcome === 'kept');
    },
  );

  it('finds the frontend by the configured label and port', async () => {
    const { run } = await rig();
    const wrong = await run([LEAVER, '--dry-run', '--json'], {
      CIRCLECI_ADMIN_SERVER_FRONTEND_SELECTOR: 'app=no-frontend',
    });
    expect(JSON.parse(wrong.stderr)).toMatchObject({ code: 'FRONTEND_NOT_FOUND', exitCode: 5 });
    const port = await run([LEAVER, '--dry-run', '--json'], {
      CIRCLECI_ADMIN_SERVER_REPL_PORT: '6006',
    });
    expect(JSON.parse(port.stderr)).toMatchObject({
      code: 'REPL_REFUSED',
      message: expect.stringMatching(/^Nothing listens on port 6006 of pod frontend-/),
    });
  });

  it('a malicious login is rejected before connecting', async () => {
    const { sandbox, run } = await rig();
    const hostile = fc.oneof(
      fc.constantFrom(
        'a" :github) (System/exit 0) ("',
        "a')",
        'a\n',
        'ä',
        'a b',
        '(a)',
        'a"',
        '-a',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    );
    sandbox.calls.reset();
    await fc.assert(
      fc.asyncProperty(hostile, async (login) => {
        fc.pre(!isGitHubLogin(login));
        // After `--`, so that it is read as a login even if it starts with a dash.
        const result = await run(['--json', '--confirm', login, '--', login]);
        expect(result.exitCode).toBe(2);
      }),
      { numRuns: 60 },
    );
    expect(sandbox.calls.recent()).toEqual([]);
  });
});
