import type { Milliseconds } from '../clock.ts';
import { firstNames } from '../join-names.ts';
import type { TableView, Tone } from '../terminal/table.ts';
import { formatAge, formatDuration } from '../units.ts';
import { needsNoAttention, type PodHealth } from './judge.ts';
import type { PodList, PodRow } from './list.ts';

const TONES: Readonly<Record<PodHealth, Tone>> = {
  ready: 'good',
  completed: 'quiet',
  starting: 'warning',
  terminating: 'warning',
  'left-behind': 'quiet',
  'not-ready': 'bad',
};

/** Restarts longer ago than this are not mentioned for pods that are well. */
const RECENT: Milliseconds = 24 * 60 * 60 * 1_000;

/** A pod that has been starting for longer than this may have a problem. */
const LONG_START: Milliseconds = 2 * 60 * 1_000;

/** What the views of pods need beside the pods. */
export interface PodViewContext {
  readonly now: Date;
  /** The flags that lead to the installation, for suggested commands; each after a space. */
  readonly targetFlags: string;
}

/** Returns the tone for a pod's health. */
export function healthTone(health: PodHealth): Tone {
  return TONES[health];
}

/** Returns the human-readable view of `pods list`. */
export function podListView(
  list: PodList,
  { now, targetFlags }: PodViewContext,
): TableView<PodRow> {
  return {
    columns: [
      { key: 'name', value: (row) => row.name },
      {
        key: 'ready',
        value: (row) => `${row.ready}/${row.containers}`,
        tone: (row) => healthTone(row.health),
      },
      { key: 'status', value: (row) => row.status, tone: (row) => healthTone(row.health) },
      { key: 'restarts', value: (row) => row.restarts, text: (row) => restartsText(row, now) },
      { key: 'ageMs', title: 'AGE', value: (row) => row.ageMs, text: ageText, align: 'right' },
      { key: 'service', value: (row) => row.service, wide: true },
      { key: 'node', value: (row) => row.node, wide: true },
      { key: 'podIp', title: 'IP', value: (row) => row.podIp, wide: true },
      { key: 'owner', value: (row) => row.owner, wide: true },
      {
        key: 'restartReason',
        title: 'LAST END',
        value: (row) => row.restartReason,
        text: (row) => lastEndText(row, now) ?? '-',
        wide: true,
      },
      { key: 'why', value: (row) => row.why, flexible: true, wide: true },
    ],
    rows: list.pods,
    ...(list.pods.length > 0
      ? { footer: [...reasonsBelow(list.pods, { now, targetFlags }), summaryText(list)] }
      : {}),
    empty: list.summary.pods === 0 ? 'No pods found.' : `${summaryText(list)}.`,
  };
}

function reasonsBelow(rows: readonly PodRow[], context: PodViewContext): readonly string[] {
  const lines = reasonLines(rows, context);
  return lines.length === 0 ? [] : [...lines, ''];
}

/**
 * Returns sentences for the lines below the table, for which no column has room: why pods are not
 * ready, and how recently restarted containers ended. Pods with the same sentence share a line.
 */
export function reasonLines(rows: readonly PodRow[], context: PodViewContext): readonly string[] {
  const names = new Map<string, string[]>();
  for (const row of rows) {
    const reason = reasonText(row, context);
    if (reason !== null) names.set(reason, [...(names.get(reason) ?? []), row.name]);
  }
  return [...names].flatMap(([reason, whose]) => `${someOf(whose)}: ${reason}`.split('\n'));
}

/** Returns at most five names, or the first three and how many more there are. */
function someOf(names: readonly string[]): string {
  return names.length <= 5 ? names.join(', ') : `${firstNames(names, 3)} pods`;
}

function reasonText(row: PodRow, { now, targetFlags }: PodViewContext): string | null {
  const end = row.restarts > 0 ? lastEndText(row, now) : null;
  const restarted = end === null ? null : `restarted ${timesText(row)}, after ${end}`;
  if (needsNoAttention(row)) return isRecent(row, now) ? restarted : null;
  if (row.health === 'starting') return startingText(row, targetFlags);
  // The status column already shows this.
  if (row.health === 'terminating' && row.status === 'Terminating') return null;
  const why = row.why ?? row.status;
  const alreadyNamed = row.restartReason !== null && why.includes(row.restartReason);
  return alreadyNamed || restarted === null ? why : `${why}; ${restarted}`;
}

/** Only the events, or the log of an init container, tell what a starting pod waits for. */
function startingText({ status, ageMs, name }: PodRow, targetFlags: string): string | null {
  if (ageMs === null || ageMs < LONG_START) return null;
  const [source, command] = status.startsWith('Init:') ? ['log', 'logs'] : ['events', 'describe'];
  // An indented line is not wrapped, so that the command can be copied.
  return `still ${status} after ${formatDuration(ageMs)}; its ${source} may say why:\n  circleci-admin pods ${command} ${name}${targetFlags}`;
}

function timesText({ restarts }: PodRow): string {
  return restarts === 1 ? 'once' : `${restarts} times`;
}

function isRecent({ lastRestartAt }: PodRow, now: Date): boolean {
  return lastRestartAt !== null && now.getTime() - lastRestartAt.getTime() < RECENT;
}

function lastEndText({ restartReason, lastRestartAt }: PodRow, now: Date): string | null {
  if (restartReason === null || lastRestartAt === null) return restartReason;
  return `${restartReason}, ${formatDuration(now.getTime() - lastRestartAt.getTime())} ago`;
}

/** Returns the restarts in the format of kubectl: `16 (75s ago)`. */
function restartsText({ restarts, lastRestartAt }: PodRow, now: Date): string {
  if (restarts === 0 || lastRestartAt === null) return String(restarts);
  return `${restarts} (${formatAge(now.getTime() - lastRestartAt.getTime())} ago)`;
}

function ageText({ ageMs }: PodRow): string {
  return ageMs === null ? '-' : formatAge(ageMs);
}

function summaryText({ summary, namespace }: PodList): string {
  const { pods, ready, completed, notReady } = summary;
  const rest = [
    ...(completed > 0 ? [`${completed} completed`] : []),
    ...(notReady > 0 ? [`${notReady} not ready`] : []),
  ];
  return [`${ready} of ${pods - completed} pods ready in ${namespace}`, ...rest].join(', ');
}
