import type { TableView, Tone } from '../terminal/table.ts';
import { formatDuration } from '../units.ts';
import type { PodHealth } from './judge.ts';
import type { PodList, PodRow } from './list.ts';

const TONES: Readonly<Record<PodHealth, Tone>> = {
  ready: 'good',
  completed: 'quiet',
  starting: 'warning',
  terminating: 'warning',
  'left-behind': 'quiet',
  'not-ready': 'bad',
};

/** The tone of a pod's health. */
export function healthTone(health: PodHealth): Tone {
  return TONES[health];
}

/** `pods list` for people. */
export function podListView(list: PodList, now: Date): TableView<PodRow> {
  return {
    columns: [
      { key: 'name', value: (row) => row.name },
      {
        key: 'ready',
        value: (row) => `${row.ready}/${row.containers}`,
        tone: (row) => healthTone(row.health),
      },
      { key: 'status', value: (row) => row.status, tone: (row) => healthTone(row.health) },
      {
        key: 'restarts',
        value: (row) => row.restarts,
        text: (row) => restartsText(row, now),
        align: 'right',
      },
      { key: 'ageMs', title: 'AGE', value: (row) => row.ageMs, text: ageText, align: 'right' },
      { key: 'service', value: (row) => row.service, wide: true },
      { key: 'node', value: (row) => row.node, wide: true },
      { key: 'podIp', title: 'IP', value: (row) => row.podIp, wide: true },
      { key: 'owner', value: (row) => row.owner, wide: true },
      { key: 'restartReason', title: 'LAST END', value: (row) => row.restartReason, wide: true },
      { key: 'why', value: (row) => row.why, flexible: true },
    ],
    rows: list.pods,
    footer: [summaryText(list)],
    empty: list.summary.pods === 0 ? 'There is no such pod.' : `${summaryText(list)}.`,
  };
}

/** The restarts, how the last run ended, and how long ago that was. */
export function restartsText(
  row: Pick<PodRow, 'restarts' | 'restartReason' | 'lastRestartAt'>,
  now: Date,
): string {
  if (row.restarts === 0 || row.lastRestartAt === null) return String(row.restarts);
  const ago = formatDuration(now.getTime() - row.lastRestartAt.getTime());
  const why = row.restartReason === 'Completed' ? '' : `${row.restartReason}, `;
  return `${row.restarts} (${why}${ago} ago)`;
}

function ageText({ ageMs }: PodRow): string {
  return ageMs === null ? '-' : formatDuration(ageMs);
}

function summaryText({ summary, namespace }: PodList): string {
  const { pods, ready, completed, notReady } = summary;
  const rest = [
    ...(completed > 0 ? [`${completed} completed`] : []),
    ...(notReady > 0 ? [`${notReady} not ready`] : []),
  ];
  return [`${ready} of ${pods - completed} pods ready in ${namespace}`, ...rest].join(', ');
}
