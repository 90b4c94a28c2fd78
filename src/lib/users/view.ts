import type { Column, DetailView, Field, TableView, Tone } from '../terminal/table.ts';
import { eraseTable } from '../terminal/table.ts';
import { formatDuration } from '../units.ts';
import type { AccountRow } from './list.ts';
import type { Seats } from './seats.ts';
import { type AccountRole, type AccountState, stateText } from './state.ts';

/** Formats a number of accounts: `1 account`, `5,000 accounts`. */
export function accountsText(amount: number): string {
  return `${grouped(amount)} account${amount === 1 ? '' : 's'}`;
}

/** Returns the list of accounts; its last line counts all accounts by state. */
export function accountListView(
  rows: readonly AccountRow[],
  all: readonly Pick<AccountRow, 'state'>[],
  options: { readonly selected: boolean; readonly notes?: readonly string[] },
): TableView<AccountRow> {
  const withActivity = rows.some((row) => row.activity !== undefined);
  return {
    columns: withActivity ? [...COLUMNS, ...ACTIVITY_COLUMNS] : COLUMNS,
    rows,
    footer: [
      ...(options.notes ?? []),
      ...(options.selected
        ? [`${grouped(rows.length)} of ${accountsText(all.length)} shown.`]
        : []),
      countsLine(all),
    ],
    empty: options.selected
      ? 'No account matches the selection.'
      : 'The server has no accounts: the first person to sign in becomes its administrator.',
  };
}

/** Returns the details of one account. */
export function accountView(row: AccountRow, now: Date): DetailView {
  const fields: Field[] = [
    { label: 'Login', value: row.login },
    { label: 'Name', value: row.name ?? '-' },
    { label: 'E-mail', value: row.email ?? '-' },
    { label: 'State', value: stateText(row.state), ...toneOf(stateTone(row.state)) },
    { label: 'Takes a seat', value: yesNo(row.takesSeat) },
    { label: 'Role', value: `${ROLE_TEXTS[row.role]}${scopesText(row)}` },
    { label: 'Sign-ins', value: row.signInCount === null ? 'unknown' : grouped(row.signInCount) },
    { label: 'Last sign-in', value: whenText(row.lastSignInAt, now) },
    { label: 'Created', value: whenText(row.createdAt, now) },
    ...(row.lastBuildAt === undefined
      ? []
      : [
          {
            label: 'Newest build',
            value: whenText(row.lastBuildAt, now, 'none in the newest 100'),
          },
        ]),
  ];
  return { blocks: [{ kind: 'fields', fields }] };
}

/** Returns the view of the seats. */
export function seatsView(seats: Seats): DetailView {
  const { expiresAt, expiresInMs } = seats;
  const percent = seats.usedPercent === null ? '' : ` (${seats.usedPercent} %)`;
  const rest =
    expiresInMs === null || expiresInMs <= 0 ? '' : ` (in ${formatDuration(expiresInMs)})`;
  const tone: Tone | undefined = seats.warnings.length > 0 ? 'warning' : undefined;
  const fields: Field[] = [
    { label: 'Licensed', value: amount(seats.licensed) },
    { label: 'Used', value: `${amount(seats.used)}${percent}`, ...toneOf(tone) },
    { label: 'Free', value: amount(seats.free), ...toneOf(tone) },
    { label: 'Suspended', value: `${amount(seats.suspended)} (take no seat)` },
    { label: 'Inactive', value: `${amount(seats.inactive)} (take no seat)` },
    ...(seats.requested === null ? [] : [{ label: 'Requested', value: amount(seats.requested) }]),
    {
      label: 'Expires',
      value: expiresAt === null ? 'unknown' : `${day(expiresAt)}${rest}`,
    },
  ];
  return { blocks: [{ kind: 'fields', fields }] };
}

/** Returns the list of logins from the console. */
export function loginsView(logins: readonly string[]): TableView<{ readonly login: string }> {
  return {
    columns: [{ key: 'login', value: (row) => row.login }],
    rows: logins.map((login) => ({ login })),
    footer: [`${accountsText(logins.length)}.`],
    empty: 'The console lists no accounts.',
  };
}

/** Returns a table of logins and reasons. */
export function reasonsTable(
  rows: readonly { readonly login: string; readonly why: string }[],
): ReturnType<typeof eraseTable> {
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { key: 'login', value: (row) => row.login },
    { key: 'why', value: (row) => row.why, flexible: true },
  ];
  return eraseTable({ columns, rows });
}

/** Formats a number with thousands separators; toLocaleString() would load ICU. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

const ROLE_TEXTS: Readonly<Record<AccountRole, string>> = {
  admin: 'Admin',
  'read-only-admin': 'Read-only Admin',
  normal: 'Normal',
};

const COLUMNS: readonly Column<AccountRow>[] = [
  { key: 'login', value: (row) => row.login },
  { key: 'name', value: (row) => row.name, flexible: true },
  {
    key: 'state',
    value: (row) => row.state,
    text: (row) => stateText(row.state),
    tone: (row) => stateTone(row.state),
  },
  { key: 'role', value: (row) => row.role, text: (row) => ROLE_TEXTS[row.role] },
  {
    key: 'lastSignInAt',
    title: 'LAST SIGN-IN',
    value: (row) => row.lastSignInAt,
    text: (row) => (row.lastSignInAt === null ? '-' : day(row.lastSignInAt)),
  },
  { key: 'email', title: 'E-MAIL', wide: true, value: (row) => row.email },
  {
    key: 'signInCount',
    title: 'SIGN-INS',
    wide: true,
    align: 'right',
    value: (row) => row.signInCount,
  },
  {
    key: 'takesSeat',
    title: 'SEAT',
    wide: true,
    value: (row) => row.takesSeat,
    text: (row) => yesNo(row.takesSeat),
  },
  {
    key: 'createdAt',
    title: 'CREATED',
    wide: true,
    value: (row) => row.createdAt,
    text: (row) => (row.createdAt === null ? '-' : day(row.createdAt)),
  },
  { key: 'adminScopes', title: 'SCOPES', wide: true, value: (row) => row.adminScopes.join(' ') },
];

const ACTIVITY_COLUMNS: readonly Column<AccountRow>[] = [
  {
    key: 'lastBuildAt',
    title: 'LAST BUILD',
    value: (row) => row.lastBuildAt ?? null,
    text: (row) => (row.lastBuildAt ? day(row.lastBuildAt) : '-'),
  },
  {
    key: 'activity',
    value: (row) => row.activity ?? null,
    tone: (row) => (row.activity === 'unknown' ? 'warning' : undefined),
  },
];

function countsLine(all: readonly Pick<AccountRow, 'state'>[]): string {
  const amounts = new Map<AccountState | null, number>();
  for (const { state } of all) amounts.set(state, (amounts.get(state) ?? 0) + 1);
  const parts = [...amounts]
    .sort(([, a], [, b]) => b - a)
    .map(([state, many]) => `${grouped(many)} ${stateText(state)}`);
  const seats = amounts.get('active') ?? 0;
  const taken = amounts.has(null) ? '' : ` ${grouped(seats)} take${seats === 1 ? 's' : ''} a seat.`;
  return `${accountsText(all.length)}: ${parts.join(', ') || 'none'}.${taken}`;
}

function stateTone(state: AccountState | null): Tone | undefined {
  if (state === 'active') return 'good';
  return state === 'inactive' ? 'quiet' : 'warning';
}

function toneOf(tone: Tone | undefined): { readonly tone?: Tone } {
  return tone === undefined ? {} : { tone };
}

function scopesText({ adminScopes }: AccountRow): string {
  return adminScopes.length === 0 ? '' : ` (${adminScopes.join(', ')})`;
}

function whenText(at: Date | null, now: Date, unknown = 'unknown'): string {
  if (at === null) return unknown;
  return `${at.toISOString()} (${formatDuration(now.getTime() - at.getTime())} ago)`;
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function amount(value: number | null): string {
  return value === null ? 'unknown' : grouped(value);
}

function yesNo(value: boolean | null): string {
  if (value === null) return 'unknown';
  return value ? 'yes' : 'no';
}
