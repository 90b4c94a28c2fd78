import {
  type Column,
  type DetailBlock,
  type DetailView,
  eraseTable,
  type Field,
} from '../../terminal/table.ts';
import { formatBytes, formatDuration } from '../../units.ts';
import type { Evaluation, PlacementFailure } from '../model.ts';
import { formatMhz, shortId } from '../quantities.ts';
import type { JobAllocation, JobReport } from './job-report.ts';
import { jobState } from './jobs-view.ts';

const EVALUATIONS_SHOWN = 5;

/** Returns the view of one job. */
export function jobView(report: JobReport, now: Date): DetailView {
  return {
    blocks: [
      { kind: 'fields', fields: identity(report, now) },
      ...pendingBlock(report),
      {
        kind: 'table',
        title: 'Allocations',
        table: eraseTable({
          columns: allocationColumns(now),
          rows: report.allocations,
          empty: 'None: it was not placed, or Nomad has removed its allocations.',
        }),
      },
      ...eventBlock(report, now),
      {
        kind: 'table',
        title: 'Evaluations',
        table: eraseTable({
          columns: evaluationColumns(now),
          rows: report.evaluations.slice(0, EVALUATIONS_SHOWN),
          empty: 'None: Nomad removes them an hour after the job has ended.',
        }),
      },
    ],
  };
}

function identity({ job }: JobReport, now: Date): readonly Field[] {
  const killed = job.outcome === 'killed-by-drain';
  const project = job.org && job.repo ? `${job.org}/${job.repo}` : job.slug;
  const fields: (Field | null)[] = [
    { label: 'Job', value: job.id },
    job.buildNumber === null ? null : { label: 'Build', value: `${project} ${job.buildNumber}` },
    job.url === null ? null : { label: 'URL', value: job.url },
    { label: 'Status', value: jobState(job), tone: killed ? 'bad' : 'strong' },
    killed
      ? {
          label: '',
          value: 'Killed by a drain. Nomad reports that as complete.',
          tone: 'bad',
        }
      : null,
    job.submittedAt === null
      ? null
      : {
          label: 'Submitted',
          value: `${ago(job.submittedAt, now)} (${job.submittedAt.toISOString()})`,
        },
    job.queueMs === null
      ? null
      : {
          label: 'Queued for',
          value: job.queueMs < 1000 ? `${job.queueMs}ms` : formatDuration(job.queueMs),
        },
    ...job.taskGroups.map((group) => ({
      label: 'Requires',
      value: `${formatMhz(group.resources.cpuMhz)} CPU, ${formatBytes(group.resources.memoryBytes)} memory`,
    })),
  ];
  return fields.filter((field) => field !== null);
}

function pendingBlock({ job }: JobReport): readonly DetailBlock[] {
  const { pending } = job;
  if (pending === null) return [];
  const lines = [`${pending.text}.`];
  if (pending.remedy !== null) lines.push(pending.remedy);
  if (pending.details.failure) lines.push(failureLine(pending.details.failure));
  return [{ kind: 'lines', title: 'Why it is pending', lines }];
}

/**
 * Returns the scheduler's counts: `Nomad evaluated 3 clients: 2 filtered, 1 exhausted (memory 1).`
 */
function failureLine(failure: PlacementFailure): string {
  const counts = (values: Readonly<Record<string, number>>): string =>
    Object.entries(values)
      .map(([name, amount]) => `${name} ${amount}`)
      .join(', ');
  const left = counts(failure.constraintFiltered) || counts(failure.classFiltered);
  const full = counts(failure.dimensionExhausted);
  return (
    `Nomad evaluated ${failure.nodesEvaluated} clients: ` +
    `${failure.nodesFiltered} filtered${left ? ` (${left})` : ''}, ` +
    `${failure.nodesExhausted} exhausted${full ? ` (${full})` : ''}.`
  );
}

function allocationColumns(now: Date): readonly Column<JobAllocation>[] {
  return [
    {
      key: 'allocationId',
      title: 'ID',
      value: (row) => row.allocationId,
      text: (row) => shortId(row.allocationId),
    },
    {
      key: 'nodeName',
      title: 'CLIENT',
      value: (row) => row.nodeName,
      text: (row) => row.nodeName ?? shortId(row.nodeId),
      flexible: true,
    },
    {
      key: 'outcome',
      value: (row) => row.outcome,
      tone: (row) =>
        ['failed', 'lost', 'killed-by-drain'].includes(row.outcome) ? 'bad' : undefined,
    },
    { key: 'exitCode', title: 'EXIT', align: 'right', value: (row) => row.exitCode },
    {
      key: 'placedAt',
      title: 'PLACED',
      value: (row) => row.placedAt,
      text: (row) => (row.placedAt ? ago(row.placedAt, now) : '-'),
    },
    {
      key: 'startedAt',
      title: 'RAN',
      align: 'right',
      value: (row) => row.startedAt,
      text: (row) =>
        row.startedAt
          ? formatDuration((row.finishedAt ?? now).getTime() - row.startedAt.getTime())
          : '-',
    },
  ];
}

/** Returns the events of the newest allocation that is neither running nor completed. */
function eventBlock({ allocations }: JobReport, now: Date): readonly DetailBlock[] {
  const newest = allocations.find((row) => !['running', 'completed'].includes(row.outcome));
  if (!newest || newest.events.length === 0) return [];
  return [
    {
      kind: 'table',
      title: `Task events of ${shortId(newest.allocationId)}`,
      table: eraseTable({
        columns: [
          {
            key: 'at',
            title: 'WHEN',
            value: (event) => event.at,
            text: (event) => (event.at ? ago(event.at, now) : '-'),
          },
          { key: 'type', title: 'EVENT', value: (event) => event.type },
          { key: 'message', value: (event) => event.message, flexible: 'wrapped' },
        ],
        rows: newest.events,
      }),
    },
  ];
}

function evaluationColumns(now: Date): readonly Column<Evaluation>[] {
  return [
    { key: 'id', value: (row) => row.id, text: (row) => shortId(row.id) },
    { key: 'triggeredBy', title: 'TRIGGERED BY', value: (row) => row.triggeredBy },
    { key: 'status', value: (row) => row.status },
    {
      key: 'failures',
      title: 'FAILURES',
      value: (row) => row.failures.length,
      text: (row) => (row.failures.length > 0 ? 'not placed' : '-'),
    },
    {
      key: 'createdAt',
      title: 'CREATED',
      value: (row) => row.createdAt,
      text: (row) => (row.createdAt ? ago(row.createdAt, now) : '-'),
    },
  ];
}

function ago(moment: Date, now: Date): string {
  return `${formatDuration(now.getTime() - moment.getTime())} ago`;
}
