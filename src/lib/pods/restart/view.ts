import { type DetailView, eraseTable } from '../../terminal/table.ts';
import { formatDuration } from '../../units.ts';
import type { RestartPlan, RestartTarget } from './plan.ts';
import type { RestartReport } from './report.ts';
import { type RestartEvent, targetName } from './restart.ts';

/** What a restart will do, for people. */
export function restartPlanView({ how, targets, runningBuilds }: RestartPlan): DetailView {
  const table = eraseTable<RestartTarget>({
    columns: [
      { key: 'workload', value: targetName },
      {
        key: 'pods',
        value: (row) => row.pods.map(({ name }) => name).join(', '),
        flexible: 'wrapped',
      },
      { key: 'ready', value: (row) => `${row.ready}/${row.replicas}` },
      { key: 'severity', value: (row) => row.severity },
      { key: 'impact', title: 'WITHOUT IT', value: (row) => row.impact, flexible: 'wrapped' },
    ],
    rows: targets,
    empty: 'None.',
  });
  return {
    blocks: [
      { kind: 'table', title: how === 'roll' ? 'To roll' : 'Pods to delete', table },
      {
        kind: 'fields',
        fields: [
          {
            label: 'Running builds',
            value: runningBuilds === null ? 'not known' : String(runningBuilds),
          },
        ],
      },
    ],
  };
}

/** What may go wrong, each a sentence. */
export function restartWarnings({ how, targets, runningBuilds }: RestartPlan): readonly string[] {
  const loses = targets.filter(({ losesBuilds }) => losesBuilds);
  const builds = runningBuilds === null ? 'Whatever builds run' : `${runningBuilds} running builds`;
  return [
    ...loses.map(
      ({ service, name, impact }) =>
        `Without ${service ?? name}: ${impact ?? 'builds are lost'}. ${builds} may be hit.`,
    ),
    ...(how === 'roll' ? targets.filter(({ rolling }) => rolling) : []).map(
      (target) => `${targetName(target)} replaces its pods already: that is waited for.`,
    ),
    ...targets
      .filter(({ unnamed }) => unnamed > 0)
      .map(
        (target) =>
          `All ${target.pods.length} pods of ${targetName(target)} are replaced, also those that were not named; --delete deletes just the named ones.`,
      ),
    ...(how === 'delete' ? targets : [])
      .filter(({ pods, replicas }) => pods.length >= replicas)
      .map((target) => `All pods of ${targetName(target)} go at once.`),
  ];
}

/** How a restart ended, for people. */
export function restartReportView(report: RestartReport): DetailView {
  const table = eraseTable<RestartReport['targets'][number]>({
    columns: [
      { key: 'workload', value: (row) => row.target },
      {
        key: 'outcome',
        value: (row) => row.outcome,
        tone: (row) =>
          row.outcome === 'ready' ? 'good' : row.outcome === 'begun' ? undefined : 'bad',
      },
      {
        key: 'took',
        value: (row) => row.tookMs,
        text: (row) => (row.tookMs === null ? '-' : formatDuration(row.tookMs)),
        align: 'right',
      },
      { key: 'problem', value: (row) => row.problem, flexible: 'wrapped' },
    ],
    rows: report.targets,
    empty: 'None.',
  });
  return { blocks: [{ kind: 'table', table }] };
}

/** One line for an event; undefined for those that are progress alone. */
export function restartLine(event: RestartEvent): string | undefined {
  switch (event.type) {
    case 'begun':
      return `${event.target}: ${event.pods.join(', ')} ${event.pods.length === 1 ? 'goes' : 'go'}.`;
    case 'progress':
      return undefined;
    case 'ended':
      if (event.outcome === 'ready')
        return `${event.target}: ready after ${formatDuration(event.tookMs)}.`;
      if (event.outcome === 'begun') return undefined;
      return `${event.target}: ${event.outcome}: ${event.problem ?? ''}`;
  }
}

/** What goes on just now, for the line of a terminal that is written over. */
export function restartProgress(event: RestartEvent): string | undefined {
  if (event.type !== 'progress') return undefined;
  const { target, renewed, ready, replicas } = event;
  return `${target}: ${renewed} replaced, ${ready} of ${replicas} ready ...`;
}
