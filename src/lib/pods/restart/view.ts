import { count } from '../../nomad/quantities.ts';
import { type DetailView, eraseTable } from '../../terminal/table.ts';
import { formatDuration } from '../../units.ts';
import type { RestartPlan, RestartTarget } from './plan.ts';
import type { RestartReport } from './report.ts';
import { type RestartEvent, targetName } from './restart.ts';

/** Returns the human-readable view of a restart plan. */
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
      { key: 'impact', title: 'IMPACT', value: (row) => row.impact, flexible: 'wrapped' },
    ],
    rows: targets,
    empty: 'None.',
  });
  return {
    blocks: [
      { kind: 'table', title: how === 'roll' ? 'To restart' : 'Pods to delete', table },
      {
        kind: 'fields',
        fields: [
          {
            label: 'Running builds',
            value: runningBuilds === null ? 'unknown' : String(runningBuilds),
          },
        ],
      },
    ],
  };
}

/** Returns the risks of a plan, one or two sentences each. */
export function restartWarnings({ how, targets, runningBuilds }: RestartPlan): readonly string[] {
  const loses = targets.filter(({ losesBuilds }) => losesBuilds);
  const builds = affectedBuilds(runningBuilds);
  return [
    ...loses.map(
      ({ service, name, impact }) =>
        `Without ${service ?? name}: ${impact ?? 'builds are lost'}. ${builds}`,
    ),
    ...(how === 'roll' ? targets.filter(({ rolling }) => rolling) : []).map(
      (target) => `${targetName(target)} is already replacing its pods: waiting for that rollout.`,
    ),
    ...targets
      .filter(({ unnamed }) => unnamed > 0)
      .map(
        (target) =>
          `All ${target.pods.length} pods of ${targetName(target)} will be replaced, including those you did not name; --delete deletes only the named pods.`,
      ),
    ...(how === 'delete' ? targets : [])
      .filter(({ pods, replicas }) => pods.length >= replicas)
      .map((target) => `All pods of ${targetName(target)} are deleted at once.`),
  ];
}

function affectedBuilds(amount: number | null): string {
  const builds = amount === null ? 'Running builds' : count(amount, 'running build');
  return `${builds} may be affected.`;
}

/** Returns the human-readable view of a restart report. */
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

/**
 * Returns a line of text for an event; undefined for progress events and targets that are not
 * awaited.
 */
export function restartLine(event: RestartEvent): string | undefined {
  switch (event.type) {
    case 'begun':
      return `${event.target}: replacing ${event.pods.join(', ')}.`;
    case 'progress':
      return undefined;
    case 'ended':
      if (event.outcome === 'ready')
        return `${event.target}: ready after ${formatDuration(event.tookMs)}.`;
      if (event.outcome === 'begun') return undefined;
      return `${event.target}: ${event.outcome}: ${event.problem ?? ''}`;
  }
}

/** Returns the text of the progress line; undefined for other events. */
export function restartProgress(event: RestartEvent): string | undefined {
  if (event.type !== 'progress') return undefined;
  const { target, renewed, ready, replicas } = event;
  return `${target}: ${renewed} replaced, ${ready} of ${replicas} ready ...`;
}
