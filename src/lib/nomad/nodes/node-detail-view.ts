import type { Column, DetailBlock, DetailView, Field } from '../../terminal/table.ts';
import { eraseTable } from '../../terminal/table.ts';
import { formatBytes, formatDuration } from '../../units.ts';
import { buildLabel } from '../jobs/build-name.ts';
import type { DrainStrategy, LastDrain, NodeEvent } from '../model.ts';
import { cpuRatio, formatMhz, memoryRatio, shortId } from '../quantities.ts';
import type { BuildOnClient, ClientReport } from './node-detail.ts';
import { isConnected } from './select-nodes.ts';
import { GUIDE_SIZING } from './sizing.ts';

const ENDED_BUILDS_SHOWN = 10;

/** Returns the view of one client. */
export function clientView(report: ClientReport, now: Date): DetailView {
  const live = report.builds.filter(isOnClient);
  const ended = report.builds.filter((build) => !isOnClient(build));
  return {
    blocks: [
      { kind: 'fields', fields: identity(report, now) },
      { kind: 'fields', title: 'Resources', fields: resources(report) },
      {
        kind: 'table',
        title: 'Builds on it',
        table: eraseTable({
          columns: liveColumns(now),
          rows: live,
          empty: emptyText(report.client),
        }),
      },
      ...endedBlock(ended, now),
      {
        kind: 'table',
        title: 'Events',
        table: eraseTable({ columns: eventColumns(now), rows: report.events, empty: 'None.' }),
      },
    ],
  };
}

/** Describes a drain: `no deadline: waits for its builds, for 5m12s`. */
export function drainText(drain: DrainStrategy | null, draining: boolean, now: Date): string {
  if (!draining) return 'no';
  if (drain === null) return 'yes';
  const since = drain.startedAt ? `, for ${age(drain.startedAt, now)}` : '';
  switch (drain.kind) {
    case 'force':
      return `forced: builds are killed at once${since}`;
    case 'no-deadline':
      return `no deadline: waits for its builds${since}`;
    case 'deadline':
      return drain.forceAt
        ? `kills builds still running at ${drain.forceAt.toISOString()}${since}`
        : `with a deadline${since}`;
  }
}

function identity(report: ClientReport, now: Date): readonly Field[] {
  const { client } = report;
  const instance = client.instance;
  const fields: (Field | null)[] = [
    { label: 'ID', value: client.id },
    { label: 'Name', value: client.name },
    {
      label: 'Status',
      value: client.statusDescription
        ? `${client.status} (${client.statusDescription})`
        : client.status,
      tone: client.status === 'ready' ? 'good' : 'bad',
    },
    {
      label: 'Accepts builds',
      value: client.takesBuilds ? 'yes' : `no: ${closedReason(report)}`,
      tone: client.takesBuilds ? 'good' : 'warning',
    },
    { label: 'Eligible', value: client.eligible ? 'yes' : 'no' },
    { label: 'Drain', value: drainText(client.drainStrategy, client.draining, now) },
    client.lastDrain ? { label: 'Last drain', value: lastDrainText(client.lastDrain, now) } : null,
    { label: 'Address', value: client.address ?? 'unknown' },
    {
      label: 'Instance',
      value: instance
        ? [instance.id, instance.type, instance.zone].filter(Boolean).join(', ')
        : 'unknown (not in its fingerprint)',
    },
    client.nodeClass ? { label: 'Class', value: client.nodeClass } : null,
    client.datacenter ? { label: 'Datacenter', value: client.datacenter } : null,
    client.nodePool ? { label: 'Node pool', value: client.nodePool } : null,
    { label: 'Nomad', value: client.version ?? 'unknown' },
    client.operatingSystem ? { label: 'System', value: client.operatingSystem } : null,
  ];
  return fields.filter((field) => field !== null);
}

function emptyText(client: ClientReport['client']): string {
  if (!isConnected(client)) {
    return `None that Nomad knows of: what still runs on a machine that is ${client.status} cannot be seen.`;
  }
  return client.takesBuilds ? 'None.' : 'None: the client can be removed.';
}

function closedReason({ client }: ClientReport): string {
  if (client.status !== 'ready') return `it is ${client.status}`;
  return client.draining ? 'it is draining' : 'it is not eligible';
}

function resources({ client }: ClientReport): readonly Field[] {
  if (client.cpuTotalMhz === null && client.memoryTotalBytes === null) {
    return [{ label: 'Size', value: 'unknown' }];
  }
  const vcpus = client.vcpus === null ? '' : ` (${client.vcpus} vCPUs)`;
  const { reservedVcpus, reservedMemoryBytes, maxVcpus, maxMemoryBytes } = GUIDE_SIZING;
  const fields: Field[] = [
    { label: 'CPU in use', value: cpuRatio(client.cpuUsedMhz, client.cpuTotalMhz) + vcpus },
    {
      label: 'Memory in use',
      value: memoryRatio(client.memoryUsedBytes, client.memoryTotalBytes),
    },
    {
      label: 'Usable for builds',
      value:
        `${formatMhz(client.cpuUsableMhz)} and ` +
        `${client.memoryUsableBytes === null ? 'unknown' : formatBytes(client.memoryUsableBytes)}, after the ` +
        `${reservedVcpus} vCPUs and ${formatBytes(reservedMemoryBytes)} that CircleCI reserves (Nomad does not)`,
    },
  ];
  if (client.exceedsCpuLimit || client.exceedsMemoryLimit) {
    fields.push({
      label: 'Too large',
      value: `CircleCI's limit is ${maxVcpus} CPUs and ${formatBytes(maxMemoryBytes)}: ask CircleCI before using it`,
      tone: 'warning',
    });
  }
  return fields;
}

function lastDrainText(drain: LastDrain, now: Date): string {
  const at = drain.updatedAt ? ` ${age(drain.updatedAt, now)} ago` : '';
  const reason = drain.meta['message'];
  return `${drain.status}${at}${reason ? `: ${reason}` : ''}`;
}

function endedBlock(ended: readonly BuildOnClient[], now: Date): readonly DetailBlock[] {
  if (ended.length === 0) return [];
  const hidden = ended.length - ENDED_BUILDS_SHOWN;
  return [
    {
      kind: 'table',
      title: 'Ended here',
      table: eraseTable({
        columns: endedColumns(now),
        rows: ended.slice(0, ENDED_BUILDS_SHOWN),
        ...(hidden > 0 ? { footer: [`${hidden} more: --json shows all.`] } : {}),
      }),
    },
  ];
}

function liveColumns(now: Date): readonly Column<BuildOnClient>[] {
  return [
    ...buildColumns(),
    {
      key: 'startedAt',
      title: 'RUNNING FOR',
      value: (build) => build.startedAt,
      text: (build) => (build.startedAt ? age(build.startedAt, now) : 'not started'),
    },
    {
      key: 'taskState',
      title: 'TASK',
      value: (build) => build.taskState,
      text: ({ outcome, taskState }) =>
        outcome === 'unknown' ? `last seen ${taskState ?? 'unknown'}` : (taskState ?? '-'),
    },
  ];
}

function endedColumns(now: Date): readonly Column<BuildOnClient>[] {
  return [
    ...buildColumns(),
    {
      key: 'outcome',
      value: (build) => build.outcome,
      tone: (build) => (['completed', 'stopped'].includes(build.outcome) ? undefined : 'bad'),
    },
    { key: 'exitCode', title: 'EXIT', align: 'right', value: (build) => build.exitCode },
    {
      key: 'finishedAt',
      title: 'ENDED',
      value: (build) => build.finishedAt,
      text: (build) => (build.finishedAt ? `${age(build.finishedAt, now)} ago` : '-'),
    },
  ];
}

function buildColumns(): readonly Column<BuildOnClient>[] {
  return [
    {
      key: 'allocationId',
      title: 'ALLOCATION',
      value: (build) => build.allocationId,
      text: (build) => shortId(build.allocationId),
    },
    {
      key: 'jobId',
      title: 'BUILD',
      value: (build) => build.jobId,
      text: (build) => buildLabel(build.jobId),
      flexible: true,
    },
  ];
}

function eventColumns(now: Date): readonly Column<NodeEvent>[] {
  return [
    {
      key: 'at',
      title: 'WHEN',
      value: (event) => event.at,
      text: (event) => (event.at ? `${age(event.at, now)} ago` : '-'),
    },
    { key: 'subsystem', value: (event) => event.subsystem },
    { key: 'message', value: (event) => event.message, flexible: 'wrapped' },
  ];
}

function isOnClient(build: BuildOnClient): boolean {
  return ['pending', 'running', 'unknown'].includes(build.outcome);
}

function age(since: Date, now: Date): string {
  return formatDuration(now.getTime() - since.getTime());
}
