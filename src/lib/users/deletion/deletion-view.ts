import type { DetailView } from '../../terminal/table.ts';
import { accountView } from '../view.ts';
import type { DeletionEvent, DeletionOutcome, DeletionReport } from './delete-account.ts';
import type { DeletionPlan } from './plan-deletion.ts';

/** Returns the view of a plan: the account, and the consequences of deleting it. */
export function deletionPlanView({ login, account }: DeletionPlan, now: Date): DetailView {
  const who = account
    ? accountView(account, now).blocks
    : [
        {
          kind: 'fields' as const,
          fields: [
            { label: 'Login', value: login },
            { label: 'Name', value: 'unknown' },
            { label: 'Role', value: 'unknown' },
          ],
        },
      ];
  return {
    blocks: [
      ...who,
      {
        kind: 'lines',
        title: 'What is deleted',
        lines: [
          'The account, permanently: there is no undo and no undo file.',
          'If the person is still in the organisation, the next sign-in creates a new account.',
          'To free the seat in a way that can be undone, suspend the account instead:',
          `  circleci-admin users suspend ${login}`,
        ],
      },
    ],
  };
}

const OUTCOMES: Readonly<Record<DeletionOutcome, string>> = {
  deleted: 'deleted, and no longer in the list',
  kept: 'still in the list',
  unknown: 'unknown: the list could not be read afterwards',
};

/** Returns the view of the result. */
export function deletionReportView({ login, outcome, error }: DeletionReport): DetailView {
  return {
    blocks: [
      {
        kind: 'fields',
        fields: [
          { label: 'Login', value: login },
          {
            label: 'Account',
            value: OUTCOMES[outcome],
            tone: outcome === 'deleted' ? 'good' : 'bad',
          },
          ...(error ? [{ label: 'Why', value: error.message }] : []),
        ],
      },
    ],
  };
}

/** Returns a line for an event; undefined for the report. */
export function deletionLine(event: DeletionEvent): string | undefined {
  if (event.type === 'deleting') return `Deleting ${event.login} ...`;
  if (event.type === 'reading-back') return 'Checking that the account is gone ...';
  return undefined;
}
