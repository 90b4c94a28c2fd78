import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGitHubLogin } from '../../../../src/lib/server/github-login.ts';
import type { ReplSession } from '../../../../src/lib/server/nrepl/client.ts';
import { deleteByRepl, loginsByRepl } from '../../../../src/lib/server/nrepl/users-by-repl.ts';
import { nreplRig } from '../../../support/nrepl.ts';

const WHERE = 'circle.model.user/where';
const DELETE = 'circle.http.api.admin-commands.user/delete-by-login-vcs-type!';

/** A session whose frontend prints these values, one per evaluation. */
function printing(...values: readonly string[]): ReplSession {
  const left = [...values];
  return {
    close: async () => undefined,
    evaluate: async function* () {
      yield { type: 'value', text: left.shift() ?? 'nil', namespace: 'user' };
      yield { type: 'done', interrupted: false };
    },
  };
}

describe('accounts through the REPL', () => {
  it('are listed and deleted with the forms of the operations guide', async () => {
    const rig = await nreplRig(['octocat', 'ada', 'zoe']);
    const session = await rig.session();
    expect(await loginsByRepl(session)).toEqual(['ada', 'octocat', 'zoe']);
    await deleteByRepl(session, 'octocat');
    expect([...rig.accounts]).toEqual(['ada', 'zoe']);
    const forms = rig.calls.recent().filter(({ method }) => method === 'eval');
    expect(forms.map(({ path }) => path)).toEqual([
      `[(some? (resolve '${WHERE}))]`,
      `(${WHERE} { :$and [{:sign_in_count {:$gte 0}}, {:login {:$ne nil}}]} :only [:login])`,
      `[(some? (resolve '${DELETE}))]`,
      `(${DELETE} "octocat" :github)`,
    ]);
  });

  it('only a valid login is ever sent', async () => {
    const rig = await nreplRig(['octocat']);
    const session = await rig.session();
    rig.calls.reset();
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(...'a-"\\()\n;\u0000\u202e’é ') }),
      fc
        .tuple(fc.constantFrom('octocat', 'a', ''), fc.constantFrom(...HOSTILE))
        .map(([login, rest]) => login + rest),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (login) => {
        fc.pre(!isGitHubLogin(login));
        await expect(deleteByRepl(session, login)).rejects.toMatchObject({
          kind: 'usage',
          code: 'BAD_LOGIN',
        });
      }),
      { numRuns: 300 },
    );
    expect(rig.calls.recent()).toEqual([]);
  });

  it('every valid login is sent unchanged', async () => {
    const logins = fc
      .array(fc.stringMatching(/^[A-Za-z0-9]{1,9}$/), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('-'));
    const sent: string[] = [];
    const session: ReplSession = {
      close: async () => undefined,
      evaluate: async function* (code) {
        sent.push(code);
        yield { type: 'value', text: '[true]', namespace: null };
        yield { type: 'done', interrupted: false };
      },
    };
    await fc.assert(
      fc.asyncProperty(logins, async (login) => {
        await deleteByRepl(session, login);
        expect(sent.at(-1)).toBe(`(${DELETE} "${login}" :github)`);
      }),
    );
  });

  it('a function missing in this version is reported before any change', async () => {
    const rig = await nreplRig(['octocat'], { missing: [DELETE] });
    const session = await rig.session();
    await expect(deleteByRepl(session, 'octocat')).rejects.toMatchObject({
      kind: 'service',
      code: 'REPL_FUNCTION_MISSING',
      message: `The frontend of this server does not have ${DELETE}`,
      hint: expect.stringContaining('circleci-admin users suspend'),
    });
    expect(rig.calls.writes).toBe(0);
    expect(await loginsByRepl(session)).toEqual(['octocat']);
  });

  it('an exception is reported with the message of the frontend', async () => {
    const rig = await nreplRig(['octocat'], { throwing: { [DELETE]: 'mongo is away' } });
    await expect(deleteByRepl(await rig.session(), 'octocat')).rejects.toMatchObject({
      kind: 'service',
      code: 'REPL_ERROR',
      message: expect.stringMatching(/could not evaluate .*: Execution error .* mongo is away$/),
    });
  });

  it.each([
    ['shortened for printing', '({:login "a"} ...)', 'an item without a login'],
    ['an item without a login', '({:login "a"} {:login nil})', 'an item without a login'],
    ['truncated', '({:login "a"} {:lo', 'the text ends early'],
    ['not a list', '42', 'no list'],
  ])('a list with this defect is not taken for complete: %s', async (_, value, why) => {
    await expect(loginsByRepl(printing('[true]', value))).rejects.toMatchObject({
      kind: 'service',
      code: 'REPL_SURPRISE',
      message: expect.stringContaining(why),
    });
  });

  it('an empty list is accepted in both printed forms', async () => {
    expect(await loginsByRepl(printing('[true]', '()'))).toEqual([]);
    expect(await loginsByRepl(printing('[true]', 'nil'))).toEqual([]);
  });
});

const HOSTILE = [
  '" :github) (System/exit 0) ("',
  '")',
  '\n(System/exit 0)',
  '\\',
  '\u0000',
  '；',
  'é',
  '-',
  '[bot]',
  ' ',
  '\r\n',
  '"#=(eval (System/exit 0))',
];
