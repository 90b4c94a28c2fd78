import type { Tone } from '../../terminal/table.ts';
import {
  type Column,
  type DetailBlock,
  type DetailView,
  eraseTable,
} from '../../terminal/table.ts';
import { formatDuration } from '../../units.ts';
import { buildLabel } from '../jobs/build-name.ts';
import { count, shortId } from '../quantities.ts';
import type { DrainAction } from './drain-action.ts';
import type {
  ClientName,
  DamagedBuild,
  DrainedClient,
  DrainOutcome,
  DrainReport,
  PlacedBuild,
} from './drain-events.ts';
import type { DrainPlan, PlannedClient } from './drain-plan.ts';
import { clockTime } from './drain-words.ts';

/** Returns the view of what a drain is going to do. */
export function drainPlanView(plan: DrainPlan, now: Date): DetailView {
  const { clients } = plan;
  const table = eraseTable({ columns: planColumns(now), rows: clients });
  const builds = clients.flatMap((client) => client.builds.map((build) => ({ client, build })));
  const placed = eraseTable({ columns: buildColumns(now), rows: builds, empty: 'None.' });
  return {
    blocks: [
      { kind: 'table', title: 'Clients', table },
      { kind: 'table', title: 'Running there', table: placed },
      { kind: 'lines', lines: [promise(plan, now)] },
    ],
  };
}

/** Returns the view of a report. */
export function drainReportView(report: DrainReport): DetailView {
  const clients: DetailBlock = {
    kind: 'table',
    table: eraseTable({ columns: REPORT_COLUMNS, rows: report.nodes }),
  };
  const damaged = report.nodes.flatMap((client) =>
    [...client.killedBuilds, ...client.lostBuilds].map((build) => ({ client, build })),
  );
  const damage: DetailBlock = {
    kind: 'table',
    title: 'Builds that did not end on their own',
    table: eraseTable({ columns: DAMAGE_COLUMNS, rows: damaged }),
  };
  const failed = report.nodes.filter((client) => client.error);
  const errors: DetailBlock = {
    kind: 'lines',
    title: 'Errors',
    lines: failed.map((client) => `${client.name}: ${client.error?.message}`),
  };
  return {
    blocks: [
      clients,
      ...(damaged.length === 0 ? [] : [damage]),
      ...(failed.length === 0 ? [] : [errors]),
    ],
  };
}

function promise(plan: DrainPlan, now: Date): string {
  if (plan.force) return 'Running builds are killed at once.';
  if (plan.killsAt) {
    return `The drain waits for builds until ${clockTime(plan.killsAt, now)}; then they are killed.`;
  }
  return 'The drain waits for builds without a time limit; none is killed.';
}

const ACTIONS: Readonly<Record<DrainAction, string>> = {
  drain: 'drain',
  join: 'wait: already draining',
  replace: 'replace its drain',
  'already-drained': 'nothing: drained',
};

function planColumns(now: Date): readonly Column<PlannedClient>[] {
  return [
    { key: 'client', value: (row) => row.name, flexible: true },
    { key: 'id', value: (row) => row.id, text: (row) => shortId(row.id) },
    {
      key: 'status',
      value: (row) => row.status,
      text: (row) => (row.eligible ? row.status : `${row.status}, ineligible`),
    },
    { key: 'builds', align: 'right', value: (row) => row.builds.length },
    {
      key: 'oldest',
      align: 'right',
      value: (row) => oldest(row.builds),
      text: (row) => age(oldest(row.builds), now),
    },
    { key: 'plan', value: (row) => row.action, text: (row) => ACTIONS[row.action] },
  ];
}

interface PlacedRow {
  readonly client: ClientName;
  readonly build: PlacedBuild;
}

function buildColumns(now: Date): readonly Column<PlacedRow>[] {
  return [
    {
      key: 'build',
      value: ({ build }) => build.jobId,
      text: ({ build }) => buildLabel(build.jobId),
      flexible: true,
    },
    { key: 'client', value: ({ client }) => client.name, flexible: true },
    {
      key: 'since',
      value: ({ build }) => build.since,
      text: ({ build }) => (build.since ? clockTime(build.since, now) : '-'),
    },
    {
      key: 'age',
      align: 'right',
      value: ({ build }) => build.since,
      text: ({ build }) => age(build.since, now),
    },
    {
      key: 'allocation',
      value: ({ build }) => build.allocation,
      text: ({ build }) => shortId(build.allocation),
    },
  ];
}

const OUTCOME_TONES: Readonly<Record<DrainOutcome, Tone>> = {
  drained: 'good',
  draining: 'warning',
  'not-set': 'warning',
  'killed-builds': 'bad',
  cancelled: 'bad',
  lost: 'bad',
  failed: 'bad',
  'timed-out': 'warning',
};

const REPORT_COLUMNS: readonly Column<DrainedClient>[] = [
  { key: 'client', value: (row) => row.name, flexible: true },
  { key: 'id', wide: true, value: (row) => row.id, text: (row) => shortId(row.id) },
  { key: 'outcome', value: (row) => row.outcome, tone: (row) => OUTCOME_TONES[row.outcome] },
  {
    key: 'safeToTerminate',
    title: 'TERMINATE',
    value: (row) => row.safeToTerminate,
    text: (row) => (row.safeToTerminate ? 'safe' : 'not safe'),
    tone: (row) => (row.safeToTerminate ? 'good' : 'warning'),
  },
  {
    key: 'finishedBuilds',
    title: 'DONE',
    align: 'right',
    value: (row) => row.finishedBuilds.length,
  },
  { key: 'killedBuilds', title: 'KILLED', align: 'right', value: (row) => row.killedBuilds.length },
  { key: 'lostBuilds', title: 'LOST', align: 'right', value: (row) => row.lostBuilds.length },
  {
    key: 'holding',
    title: 'LEFT',
    align: 'right',
    value: (row) => row.holding?.length ?? null,
    text: (row) => (row.holding === null ? '?' : String(row.holding.length)),
  },
  {
    key: 'durationMs',
    title: 'TOOK',
    align: 'right',
    value: (row) => row.durationMs,
    text: (row) => formatDuration(row.durationMs),
  },
];

const RESTART_TEXT: Readonly<Record<NonNullable<DamagedBuild['again']>, string>> = {
  running: 'restarted',
  waiting: 'waiting to restart',
  no: 'not restarted',
};

const DAMAGE_COLUMNS: readonly Column<{
  readonly client: ClientName;
  readonly build: DamagedBuild;
}>[] = [
  {
    key: 'build',
    value: ({ build }) => build.jobId,
    text: ({ build }) => buildLabel(build.jobId),
    flexible: true,
  },
  { key: 'client', value: ({ client }) => client.name, flexible: true },
  { key: 'how', value: ({ build }) => build.how, tone: () => 'bad' },
  {
    key: 'again',
    value: ({ build }) => build.again,
    text: ({ build }) => (build.again === null ? 'unknown' : RESTART_TEXT[build.again]),
  },
];

/** Returns the number of clients, such as `3 clients`, or the name of a single one. */
export function clientsText(clients: readonly ClientName[]): string {
  const [only, ...others] = clients;
  return only && others.length === 0 ? only.name : count(clients.length, 'client');
}

function oldest(builds: readonly PlacedBuild[]): Date | null {
  const times = builds.flatMap((build) => (build.since ? [build.since.getTime()] : []));
  return times.length === 0 ? null : new Date(Math.min(...times));
}

function age(since: Date | null, now: Date): string {
  return since === null ? '-' : formatDuration(now.getTime() - since.getTime());
}
