import type { AdminRole } from '../server/admin-api.ts';
import { type Column, type DetailBlock, type DetailView, eraseTable } from '../terminal/table.ts';
import type { AccountChange, AccountPlan, SeatEffect } from './account-plan.ts';
import type { AccountReport, ChangedAccount } from './account-report.ts';
import type { AccountEvent } from './change-accounts.ts';
import { stateText } from './state.ts';
import { accountsText, grouped, reasonsTable } from './view.ts';

/** Above this number of accounts, progress is not reported for each of them. */
const MAX_REPORTED_ACCOUNTS = 20;
/** With many accounts, progress is reported once per this number. */
const EVERY = 100;

/** Returns the view of a plan: the changes, the skipped accounts with reasons, and the seats. */
export function accountPlanView(plan: AccountPlan): DetailView {
  const { changes, left } = plan;
  const columns = changes.some((change) => change.role !== change.roleThen)
    ? [...PLAN_COLUMNS, ROLE_COLUMN]
    : PLAN_COLUMNS;
  const table = eraseTable({ columns, rows: changes });
  const blocks: readonly (DetailBlock | null)[] = [
    changes.length === 0 ? null : { kind: 'table', title: 'Accounts', table },
    left.length === 0
      ? null
      : {
          kind: 'table',
          title: `Skipped: ${accountsText(left.length)}`,
          table: reasonsTable(left),
        },
    changes.some((one) => one.suspended !== one.suspendedThen)
      ? { kind: 'lines', lines: [seatsLine(plan.seats)] }
      : null,
  ];
  return { blocks: blocks.flatMap((block) => block ?? []) };
}

/**
 * Returns the view of a report.
 *
 * @param place the flags that select the installation, for the command that undoes the change
 */
export function accountReportView(report: AccountReport, targetFlags = ''): DetailView {
  const { accounts, undoFile } = report;
  const done = accounts.filter(({ outcome }) => outcome === 'changed').length;
  const lines = [
    `${grouped(done)} of ${accountsText(accounts.length)} changed.${freedText(report.seatsFreed)}`,
    ...(undoFile === null
      ? []
      : [`To undo it: circleci-admin users restore${targetFlags} ${undoFile}`]),
  ];
  return {
    blocks: [
      { kind: 'table', table: eraseTable({ columns: reportColumns(accounts), rows: accounts }) },
      { kind: 'lines', lines },
    ],
  };
}

/** Returns a line for an event; undefined for events that the report covers. */
export function accountEventLine(
  event: AccountEvent,
  total: number,
  targetFlags = '',
): string | undefined {
  switch (event.type) {
    case 'undo-saved':
      return `To undo this: circleci-admin users restore${targetFlags} ${event.path}`;
    case 'changed':
      if (total <= MAX_REPORTED_ACCOUNTS) return `${event.login}: changed`;
      return event.done % EVERY === 0
        ? `${grouped(event.done)} of ${grouped(total)} changed`
        : undefined;
    case 'failed':
      return `${event.login}: ${event.error.message}`;
    case 'waiting':
      return `${grouped(event.done)} of ${grouped(event.total)} changed; the server is slow`;
    case 'stopped':
      return `Stopped: ${event.message}. The other accounts were not tried.`;
    case 'verifying':
      return total <= MAX_REPORTED_ACCOUNTS ? undefined : 'Verifying the changes';
    case 'report':
      return undefined;
  }
}

/** Returns the progress text for an event, which overwrites the previous one on a terminal. */
export function accountProgress(event: AccountEvent, total: number): string | undefined {
  return event.type === 'changed' && total > MAX_REPORTED_ACCOUNTS
    ? `${grouped(event.done)} of ${grouped(total)} changed`
    : undefined;
}

function seatsLine({ freed, licensed, usedNow, usedThen }: SeatEffect): string {
  if (freed === null) return 'Seats: the number of freed seats is unknown.';
  const what = freed < 0 ? `${grouped(-freed)} taken` : `${grouped(freed)} freed`;
  if (usedThen === null || usedNow === null) return `Seats: ${what}.`;
  const of = licensed === null ? '' : ` of ${grouped(licensed)}`;
  return `Seats: ${what}; ${grouped(usedThen)}${of} used afterwards (now ${grouped(usedNow)}).`;
}

function freedText(freed: number | null): string {
  if (freed === null || freed === 0) return '';
  return freed > 0 ? ` ${seatsText(freed)} freed.` : ` ${seatsText(-freed)} taken.`;
}

function seatsText(amount: number): string {
  return `${grouped(amount)} seat${amount === 1 ? '' : 's'}`;
}

const ROLES: Readonly<Record<AdminRole, string>> = {
  'write-settings': 'Admin',
  'read-settings': 'Read-only Admin',
  none: 'Normal',
};

const PLAN_COLUMNS: readonly Column<AccountChange>[] = [
  { key: 'login', value: (row) => row.login },
  { key: 'name', value: (row) => row.name, flexible: true },
  { key: 'state', value: (row) => row.state, text: (row) => stateText(row.state) },
  { key: 'stateThen', title: 'THEN', value: (row) => row.stateThen, text: thenText },
];

const ROLE_COLUMN: Column<AccountChange> = {
  key: 'role',
  value: (row) => row.roleThen,
  text: (row) =>
    row.role === row.roleThen ? ROLES[row.role] : `${ROLES[row.role]} -> ${ROLES[row.roleThen]}`,
};

const OUTCOME_COLUMNS: readonly Column<ChangedAccount>[] = [
  { key: 'login', value: (row) => row.login },
  {
    key: 'outcome',
    value: (row) => row.outcome,
    tone: (row) => (row.outcome === 'changed' ? 'good' : 'bad'),
  },
  {
    key: 'suspended',
    value: (row) => row.suspended,
    text: (row) => (row.suspended === null ? '?' : row.suspended ? 'yes' : 'no'),
  },
  {
    key: 'role',
    value: (row) => row.role,
    text: (row) => (row.role === null ? '?' : ROLES[row.role]),
  },
];

const ERROR_COLUMN: Column<ChangedAccount> = {
  key: 'error',
  value: (row) => row.error?.message ?? null,
  text: (row) => row.error?.message ?? '',
  flexible: true,
};

function reportColumns(rows: readonly ChangedAccount[]): readonly Column<ChangedAccount>[] {
  return rows.some(({ error }) => error !== null)
    ? [...OUTCOME_COLUMNS, ERROR_COLUMN]
    : OUTCOME_COLUMNS;
}

function thenText(row: AccountChange): string {
  if (row.stateThen === null) return row.suspendedThen ? 'suspended' : 'not suspended';
  return stateText(row.stateThen);
}
