import type { Column, TableView, Tone } from '../../terminal/table.ts';
import { formatDuration } from '../../units.ts';
import { count } from '../quantities.ts';
import type { JobRow } from './jobs.ts';

/** Returns the table of jobs, with the reasons of pending ones. */
export function jobsView(rows: readonly JobRow[], selected: boolean): TableView<JobRow> {
  return {
    columns: [buildColumn(rows), ...COLUMNS],
    rows,
    footer: footer(rows),
    empty: selected ? 'No job matches the selection.' : 'Nomad has no jobs.',
  };
}

/** Returns the list of jobs for JSON output. */
export function jobsDocument(rows: readonly JobRow[]): { readonly jobs: readonly JobRow[] } {
  return { jobs: rows };
}

/** Returns the state of a job: its status, and the outcome if it is dead. */
export function jobState(row: Pick<JobRow, 'status' | 'outcome'>): string {
  if (row.status !== 'dead' || row.outcome === null) return row.status;
  return row.outcome === 'completed' ? 'dead' : `dead: ${row.outcome}`;
}

/** Returns the counts by status, and each reason of pending jobs once with its remedy. */
function footer(rows: readonly JobRow[]): readonly string[] {
  if (rows.length === 0) return [];
  const amount = (status: string): number => rows.filter((row) => row.status === status).length;
  const remedies = new Map<string, { text: string; remedy: string | null; jobs: number }>();
  for (const { pending } of rows) {
    if (!pending) continue;
    const known = remedies.get(`${pending.kind} ${pending.text}`);
    remedies.set(`${pending.kind} ${pending.text}`, {
      text: pending.text,
      remedy: pending.remedy,
      jobs: (known?.jobs ?? 0) + 1,
    });
  }
  return [
    ...[...remedies.values()].map(
      ({ text, remedy, jobs }) =>
        `${count(jobs, 'job')} pending: ${text}.${remedy ? ` ${remedy}` : ''}`,
    ),
    `${count(rows.length, 'job')}: ${amount('pending')} pending, ${amount('running')} running, ${amount('dead')} dead.`,
  ];
}

/** Shows the build's number, with the index of the task if the build runs in parallel: `26:1`. */
function buildColumn(rows: readonly JobRow[]): Column<JobRow> {
  const tasks = new Map<string, number>();
  const build = (row: JobRow): string => `${row.slug} ${row.buildNumber}`;
  for (const row of rows) tasks.set(build(row), (tasks.get(build(row)) ?? 0) + 1);
  return {
    key: 'buildNumber',
    title: 'BUILD',
    align: 'right',
    value: (row) => row.buildNumber,
    text: (row) => {
      if (row.buildNumber === null) return '-';
      const parallel = (tasks.get(build(row)) ?? 0) > 1 || (row.taskIndex ?? 0) > 0;
      return parallel ? `${row.buildNumber}:${row.taskIndex}` : String(row.buildNumber);
    },
  };
}

const COLUMNS: readonly Column<JobRow>[] = [
  {
    key: 'slug',
    title: 'PROJECT',
    value: (row) => row.slug,
    text: (row) => (row.org && row.repo ? `${row.org}/${row.repo}` : (row.slug ?? row.id)),
    flexible: true,
  },
  { key: 'status', value: (row) => row.status, text: jobState, tone: statusTone },
  {
    key: 'ageMs',
    title: 'AGE',
    align: 'right',
    value: (row) => row.ageMs,
    text: (row) => duration(row.ageMs),
  },
  {
    key: 'queueMs',
    title: 'QUEUED',
    align: 'right',
    value: (row) => row.queueMs,
    text: (row) => duration(row.queueMs),
  },
  {
    key: 'reason',
    title: 'WHERE / WHY',
    value: (row) => row.pending?.kind ?? null,
    text: (row) => row.pending?.text ?? row.nodeName ?? '-',
    flexible: true,
  },
  { key: 'id', title: 'JOB', wide: true, value: (row) => row.id },
  { key: 'reasonText', title: 'WHY', wide: true, value: (row) => row.pending?.text ?? null },
  { key: 'outcome', wide: true, value: (row) => row.outcome },
  { key: 'nodeName', title: 'CLIENT', wide: true, value: (row) => row.nodeName },
  { key: 'submittedAt', title: 'SUBMITTED', wide: true, value: (row) => row.submittedAt },
  { key: 'startedAt', title: 'STARTED', wide: true, value: (row) => row.startedAt },
  { key: 'placements', wide: true, align: 'right', value: (row) => row.placements },
  { key: 'url', wide: true, value: (row) => row.url },
];

function duration(ms: number | null): string {
  if (ms === null) return '-';
  return ms < 1000 ? `${ms}ms` : formatDuration(ms);
}

function statusTone(row: JobRow): Tone | undefined {
  if (row.status === 'pending') return 'warning';
  if (row.status === 'running') return 'good';
  const bad = ['failed', 'killed-by-drain', 'lost'].includes(row.outcome ?? '');
  return bad ? 'bad' : 'quiet';
}

/** Yields the states of a watched list, each as a table and as a document. */
export async function* mapFrames(
  states: AsyncIterable<readonly JobRow[]>,
  selected: boolean,
): AsyncGenerator<{ readonly view: TableView<JobRow>; readonly document: unknown }> {
  for await (const rows of states) {
    yield { view: jobsView(rows, selected), document: jobsDocument(rows) };
  }
}
