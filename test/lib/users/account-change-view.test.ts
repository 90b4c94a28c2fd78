import { describe, expect, it } from 'vitest';
import { renderDetail } from '../../../src/lib/terminal/render-detail.ts';
import {
  accountEventLine,
  accountPlanView,
  accountReportView,
} from '../../../src/lib/users/account-change-view.ts';
import { planAccounts } from '../../../src/lib/users/account-plan.ts';
import { accountReport } from '../../../src/lib/users/account-report.ts';
import { account, admin, NOW } from './people.ts';

const STYLE = { width: 100, color: false, wide: false };
const ada = account('ada', { name: 'Ada Berg' });
const noor = account('noor', { suspended: true, signInCount: 0 });
const ALL = [admin('me'), ada, noor];
const PLAN = planAccounts(
  [
    { account: ada, suspended: true },
    { account: noor, suspended: false },
  ],
  {
    accounts: ALL,
    me: 'me',
    licensing: {
      licensedSeats: 2_000,
      activeSeats: 1_500,
      suspendedSeats: 0,
      inactiveSeats: 0,
      requestedSeats: 0,
      expiresAt: null,
    },
    left: [{ login: 'ci-1', why: 'seems to be a machine user (--include-machine-users)' }],
  },
);

describe('the views of a change of accounts', () => {
  it('show the plan and the seats', () => {
    expect(`\n${renderDetail(accountPlanView(PLAN), STYLE)}`).toMatchInlineSnapshot(`
      "
      Accounts
      LOGIN  NAME      STATE          THEN
      ada    Ada Berg  Active         Suspended
      noor   -         Suspended New  Inactive

      Skipped: 1 account
      LOGIN  WHY
      ci-1   seems to be a machine user (--include-machine-users)

      Seats: 1 freed; 1,499 of 2,000 used afterwards (now 1,500).
      "
    `);
  });

  it('show the outcome for each account, and the command to undo it', () => {
    const after = [{ ...ada, suspended: true }, noor];
    const error = { code: 'SERVER_ERROR', message: 'the server answered 500', exitCode: 4 };
    const attempts = [{ kind: 'answered' }, { kind: 'failed', error }] as const;
    const report = { ...accountReport(PLAN.changes, attempts, after, false), undoFile: '/u.json' };
    const text = renderDetail(accountReportView(report, ' --installation prod'), STYLE);
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      LOGIN  OUTCOME  SUSPENDED  ROLE    ERROR
      ada    changed  yes        Normal
      noor   failed   yes        Normal  the server answered 500

      1 of 2 accounts changed. 1 seat freed.
      To undo it: circleci-admin users restore --installation prod /u.json
      "
    `);
    expect(report.exitCode).toBe(10);
  });

  it('report progress per account for a few, and as a count for many', () => {
    const changed = (done: number) => ({ type: 'changed', at: NOW, login: 'ada', done }) as const;
    expect(accountEventLine(changed(1), 20)).toBe('ada: changed');
    expect(accountEventLine(changed(1), 5_000)).toBeUndefined();
    expect(accountEventLine(changed(1_100), 5_000)).toBe('1,100 of 5,000 changed');
  });
});
