import type { DetailView, TableView, Tone } from '../terminal/table.ts';
import { formatDuration } from '../units.ts';
import type { AuditDetail, AuditPage, AuditRecord, AuditStatus } from './read-log.ts';

const TONES: Readonly<Record<AuditStatus, Tone>> = {
  done: 'good',
  failed: 'bad',
  interrupted: 'warning',
  unfinished: 'warning',
};

/** The length of a displayed ID; long enough to be unique. */
const SHORT_ID = 8;

/** Returns the changes as a table, newest last. */
export function changesView({ entries, truncated, unreadable }: AuditPage): TableView<AuditRecord> {
  const unfinished = entries.filter(({ status }) => status === 'unfinished').length;
  return {
    columns: [
      { key: 'id', value: (one) => one.id, text: (one) => one.id.slice(0, SHORT_ID) },
      { key: 'startedAt', title: 'WHEN', value: (one) => one.startedAt, text: when },
      { key: 'user', value: (one) => one.user },
      { key: 'installation', value: (one) => one.installation, flexible: true },
      { key: 'action', value: (one) => one.action, flexible: true },
      {
        key: 'status',
        value: (one) => one.status,
        tone: ({ status }) => TONES[status],
      },
      { key: 'exitCode', title: 'EXIT', value: (one) => one.exitCode, align: 'right' },
      { key: 'durationMs', title: 'TOOK', value: (one) => one.durationMs, text: took, wide: true },
      { key: 'error', value: (one) => one.error, flexible: true, wide: true },
      { key: 'command', value: (one) => one.command.join(' '), flexible: true, wide: true },
    ],
    rows: entries,
    footer: [
      ...(unfinished > 0
        ? [
            `Unfinished: ${unfinished}, still running, or interrupted before the result was recorded.`,
          ]
        : []),
      ...(unreadable > 0 ? [`Unreadable lines in the log: ${unreadable}.`] : []),
      ...(truncated ? ['Older changes are not shown: see --limit.'] : []),
    ],
    empty: 'No changes found.',
  };
}

/** Returns the details of a change with its plan and result. */
export function changeView(change: AuditDetail): DetailView {
  const fields: readonly (readonly [string, string | null, Tone?])[] = [
    ['Id', change.id],
    ['Action', change.action],
    ['Installation', change.installation],
    ['Command', change.command.join(' ')],
    ['User', change.user],
    ['Started', change.startedAt.toISOString()],
    ['Ended', change.endedAt?.toISOString() ?? null],
    ['Took', change.durationMs === null ? null : took(change)],
    ['Status', change.status, TONES[change.status]],
    ['Exit code', change.exitCode === null ? null : String(change.exitCode)],
    ['Error', change.error],
  ];
  return {
    blocks: [
      {
        kind: 'fields',
        fields: fields.map(([label, value, tone]) => ({
          label,
          value: value ?? '-',
          ...(tone === undefined ? {} : { tone }),
        })),
      },
      ...documentBlock('Plan', change.plan),
      ...documentBlock('Result', change.result),
    ],
  };
}

function documentBlock(title: string, document: unknown): DetailView['blocks'] {
  if (document === null) return [];
  return [{ kind: 'lines', title, lines: JSON.stringify(document, null, 2).split('\n') }];
}

function when({ startedAt }: AuditRecord): string {
  return startedAt.toISOString().replace(/\.\d+Z$/, 'Z');
}

function took({ durationMs }: AuditRecord): string {
  return durationMs === null ? '-' : formatDuration(durationMs);
}
