import { type PodViewContext, podListView, reasonLines } from '../pods/view.ts';
import { type DetailView, eraseTable, type TableView, type Tone } from '../terminal/table.ts';
import { generationOf } from './generation.ts';
import type { ServiceState, ServiceStatus } from './judge.ts';
import type { ServiceDetail, ServiceList } from './list.ts';

const TONES: Readonly<Record<ServiceState, Tone>> = {
  down: 'bad',
  stopped: 'bad',
  missing: 'bad',
  partial: 'warning',
  up: 'good',
  done: 'quiet',
  external: 'quiet',
  absent: 'quiet',
};

/** The view of `services list`. */
export function serviceListView(list: ServiceList): TableView<ServiceStatus> {
  return {
    columns: [
      { key: 'name', value: (row) => row.name },
      { key: 'state', value: (row) => row.state, tone: (row) => TONES[row.state] },
      { key: 'ready', value: readyText },
      { key: 'severity', value: (row) => row.severity, tone: severityTone },
      { key: 'impact', title: 'IMPACT', value: (row) => row.impact, flexible: true },
      { key: 'role', value: (row) => row.role, wide: true },
      {
        key: 'neededBy',
        title: 'NEEDED BY',
        value: (row) => row.neededBy.join(','),
        wide: true,
      },
      { key: 'externalisable', value: (row) => row.externalisable, wide: true },
      { key: 'restarts', value: (row) => row.restarts, align: 'right', wide: true },
      { key: 'why', value: (row) => row.why, flexible: true, wide: true },
    ],
    rows: list.services,
    footer: [...outageLines(list), summaryText(list), ...list.notes, ...notHereLines(list)],
    empty: 'No services found.',
  };
}

/** The view of `services show`. */
export function serviceDetailView(detail: ServiceDetail, context: PodViewContext): DetailView {
  const { service, pods, dependents } = detail;
  const list = { namespace: '', summary: { pods: 0, ready: 0, completed: 0, notReady: 0 }, pods };
  const { columns } = podListView(list, context);
  const doubtful = service.inferred ? ' (uncertain: the icon in the guide cannot be read)' : '';
  return {
    blocks: [
      {
        kind: 'fields',
        fields: [
          { label: 'Service', value: service.name },
          { label: 'State', value: service.state, tone: TONES[service.state] },
          { label: 'Ready', value: readyText(service) ?? 'unknown' },
          ...(service.why === null ? [] : [{ label: 'Why', value: service.why }]),
          ...(service.state === 'absent' && service.replacedBy.length > 0
            ? [{ label: 'Instead', value: `${service.replacedBy.join(', ')} from server 4.3 on` }]
            : []),
          ...(service.state === 'absent' && service.replaces.length > 0
            ? [{ label: 'Instead', value: `${service.replaces.join(', ')} before server 4.3` }]
            : []),
          { label: 'Role', value: service.role ?? 'unknown' },
          { label: 'Impact', value: service.impact ?? 'unknown' },
          { label: 'Severity', value: `${service.severity}${doubtful}` },
          {
            label: 'Outside',
            value:
              service.externalisable === null
                ? 'unknown whether it can run outside the cluster'
                : `${service.externalisable ? 'can' : 'cannot'} run outside the cluster`,
          },
          ...(service.condition === null ? [] : [{ label: 'There', value: service.condition }]),
          ...(service.losesBuilds
            ? [{ label: 'Restart', value: 'loses builds: you must type its name' }]
            : []),
        ],
      },
      {
        kind: 'table',
        title: 'Pods',
        table: eraseTable({
          columns,
          rows: pods,
          empty: 'None.',
          footer: reasonLines(pods, context),
        }),
      },
      {
        kind: 'table',
        title: 'Needed by',
        table: eraseTable({
          columns: [
            { key: 'name', value: (row) => row.name },
            { key: 'state', value: (row) => row.state, tone: (row) => TONES[row.state] },
            { key: 'severity', value: (row) => row.severity },
          ],
          rows: dependents,
          empty: 'No known service requires it.',
        }),
      },
    ],
  };
}

function readyText({ ready, wanted, state }: ServiceStatus): string | null {
  if (state === 'external' || state === 'absent' || state === 'done') return null;
  return `${ready}/${wanted ?? '?'}`;
}

function severityTone({ outage, severity }: ServiceStatus): Tone | undefined {
  if (!outage) return undefined;
  return severity === 'critical' ? 'bad' : 'warning';
}

function summaryText({ summary, namespace, notHere }: ServiceList): string {
  const { up, outages, critical } = summary;
  if (outages === 0) {
    return `All ${up} services ${notHere.length > 0 ? 'that are ' : ''}in ${namespace} are up`;
  }
  const worst = critical > 0 ? `, ${critical} of them critical` : '';
  return `${outages} ${outages === 1 ? 'service' : 'services'} out in ${namespace}${worst}; ${up} up`;
}

/** Returns the outages as sentences, which are too long for a column. */
function outageLines({ services }: ServiceList): readonly string[] {
  const lines = services
    .filter(({ outage }) => outage)
    .map(({ name, state, why, impact }) => {
      const without = impact === null ? '' : `. Impact: ${impact}`;
      return `${name}: ${why ?? state}${without}`;
    });
  return lines.length === 0 ? [] : [...lines, ''];
}

function notHereLines({ notHere, version, services }: ServiceList): readonly string[] {
  if (notHere.length === 0) return [];
  const present = services.filter(({ state }) => state !== 'absent');
  const sample =
    generationOf(new Set(present.map(({ name }) => name))) === 'since-4.3' ? '4.3' : '3.0';
  const set =
    version === null
      ? `config set version VERSION (such as ${sample}) to count missing services as outages`
      : 'config set services.external NAMES to mark services that run outside';
  return [`Not in this namespace: ${notHere.join(', ')}. Use circleci-admin ${set}`];
}
