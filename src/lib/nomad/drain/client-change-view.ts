import { type Column, type DetailView, eraseTable } from '../../terminal/table.ts';
import { shortId } from '../quantities.ts';
import type {
  ChangedClient,
  ClientChange,
  ClientChangeEvent,
  ClientChangeReport,
} from './client-change.ts';

/** Returns the view of what is done with each client. */
export function clientChangeView(changes: readonly ClientChange[]): DetailView {
  return {
    blocks: [
      {
        kind: 'table',
        title: 'Clients',
        table: eraseTable({ columns: PLAN_COLUMNS, rows: changes }),
      },
    ],
  };
}

/** Returns the view of the report. */
export function clientChangeReportView(report: ClientChangeReport): DetailView {
  return {
    blocks: [{ kind: 'table', table: eraseTable({ columns: REPORT_COLUMNS, rows: report.nodes }) }],
  };
}

/** Returns the line to print for an event; undefined for what the report contains. */
export function clientChangeLine(event: ClientChangeEvent): string | undefined {
  switch (event.type) {
    case 'changed':
      return `${event.node.name}: ${event.node.eligible ? 'accepts builds' : 'accepts no new builds'}, ${event.node.draining ? 'draining' : 'not draining'}`;
    case 'failed':
      return `${event.node.name}: ${event.node.error?.message ?? 'failed'}`;
    case 'retrying':
      return event.attempt === 1 ? `${event.node.name}: ${event.message} (retrying)` : undefined;
    case 'report':
      return undefined;
  }
}

const PLAN_COLUMNS: readonly Column<ClientChange>[] = [
  { key: 'client', value: (row) => row.name, flexible: true },
  { key: 'id', value: (row) => row.id, text: (row) => shortId(row.id) },
  { key: 'status', value: (row) => row.status },
  { key: 'eligible', value: (row) => row.eligible, text: (row) => (row.eligible ? 'yes' : 'no') },
  {
    key: 'draining',
    title: 'DRAIN',
    value: (row) => row.draining,
    text: (row) => (row.draining ? 'yes' : 'no'),
  },
  { key: 'plan', value: (row) => row.action, text: planText },
];

const REPORT_COLUMNS: readonly Column<ChangedClient>[] = [
  { key: 'client', value: (row) => row.name, flexible: true },
  { key: 'id', value: (row) => row.id, text: (row) => shortId(row.id) },
  {
    key: 'outcome',
    value: (row) => row.outcome,
    tone: (row) => (row.outcome === 'failed' || row.outcome === 'not-done' ? 'bad' : 'good'),
  },
  {
    key: 'eligible',
    value: (row) => row.eligible,
    text: (row) => yesNo(row.eligible),
  },
  {
    key: 'draining',
    title: 'DRAIN',
    value: (row) => row.draining,
    text: (row) => yesNo(row.draining),
  },
];

function yesNo(value: boolean | null): string {
  if (value === null) return '?';
  return value ? 'yes' : 'no';
}

function planText(row: ClientChange): string {
  switch (row.action) {
    case 'end-drain':
      return row.eligibleThen
        ? 'cancel the drain, make eligible'
        : 'cancel the drain, keep ineligible';
    case 'make-eligible':
      return 'make eligible';
    case 'make-ineligible':
      return 'make ineligible';
    case 'nothing':
      return row.eligible ? 'nothing: already eligible' : 'nothing: already ineligible';
  }
}
