import type { DetailView } from '../../terminal/table.ts';
import { accountView } from '../view.ts';
import type { DeletionEvent, DeletionOutcome, DeletionReport } from './delete-account.ts';
import type { DeletionPlan } from './plan-deletion.ts';

/** Who is deleted, and what that means. */
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
        title: 'What goes',
        lines: [
          'The account itself, for good: there is no undo and no undo file.',
          'If the person is still in the organisation, the next sign-in makes a new account.',
          'To free the seat and be able to take it back, suspend it instead:',
          `  circleci-admin users suspend ${login}`,
        ],
      },
    ],
  };
}

const OUTCOMES: Readonly<Record<DeletionOutcome, string>> = {
  deleted: 'deleted, and no longer in the list',
  kept: 'still there',
  unknown: 'unknown: the list could not be read afterwards',
};

/** How it ended. */
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

/** A step in a line. */
export function deletionLine(event: DeletionEvent): string | undefined {
  if (event.type === 'deleting') return `Deleting ${event.login} ...`;
  if (event.type === 'reading-back') return 'Reading the list of accounts to see it gone ...';
  return undefined;
}
