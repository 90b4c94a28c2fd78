import type { Column, TableView, Tone } from '../../terminal/table.ts';
import { formatBytes } from '../../units.ts';
import {
  count,
  cpuRatio,
  cpuShare,
  formatMhz,
  memoryRatio,
  memoryShare,
  shortId,
} from '../quantities.ts';
import type { Capacity, ClientRow, Fleet } from './node-status.ts';
import { GUIDE_SIZING } from './sizing.ts';

/** Returns the table of clients; its last line is the current capacity. */
export function fleetView(fleet: Fleet): TableView<ClientRow> {
  return {
    columns: COLUMNS,
    rows: fleet.clients,
    footer: [...sizingLines(fleet), ...selectionLines(fleet), capacityLine(fleet.capacity)],
    empty: fleet.selected
      ? 'No Nomad client matches the selection.'
      : 'No Nomad clients are registered: no build can run.',
  };
}

/** Returns the fleet for JSON output. */
export function fleetDocument(fleet: Fleet): Pick<Fleet, 'clients' | 'capacity'> {
  return { clients: fleet.clients, capacity: fleet.capacity };
}

/** Returns the current capacity in one line. */
function capacityLine(capacity: Capacity): string {
  const { takingBuilds, clients } = capacity;
  const load = [`${count(capacity.runningBuilds, 'build')} running`];
  if (capacity.pendingBuilds > 0) load.push(`${capacity.pendingBuilds} starting`);
  if (capacity.unknownBuilds > 0) load.push(`${capacity.unknownBuilds} unknown`);
  const room = takingBuilds === 0 ? 'no free capacity' : roomText(capacity);
  const others = otherClients(capacity);
  return (
    `${takingBuilds} of ${count(clients, 'client')} ${takingBuilds === 1 ? 'accepts' : 'accept'} builds` +
    ` (ready, eligible, not draining): ${load.join(', ')}, ${room}.` +
    (others === '' ? '' : ` ${others}.`)
  );
}

function roomText(capacity: Capacity): string {
  if (capacity.cpuTotalMhz === null || capacity.memoryTotalBytes === null) {
    return "the clients' sizes are unknown (Nomad before 1.0, or reached by exec)";
  }
  if (capacity.cpuUsedMhz === null || capacity.memoryUsedBytes === null) {
    const all = `${formatMhz(capacity.cpuTotalMhz)} and ${formatBytes(capacity.memoryTotalBytes)}`;
    return `${all} in total (this Nomad does not report how much is in use)`;
  }
  const cpu = cpuShare(capacity.cpuUsedMhz, capacity.cpuTotalMhz);
  return `${cpu} and ${memoryShare(capacity.memoryUsedBytes, capacity.memoryTotalBytes)} in use`;
}

function otherClients(capacity: Capacity): string {
  const parts = [
    [capacity.down, 'down'],
    [capacity.draining, 'draining'],
    [capacity.ineligible, 'ineligible'],
    [capacity.otherwise, 'in another state'],
  ] as const;
  const words = parts.filter(([amount]) => amount > 0).map(([amount, word]) => `${amount} ${word}`);
  if (words.length === 0) return '';
  const builds = capacity.buildsOnClosedClients;
  return words.join(', ') + (builds > 0 ? `, with ${count(builds, 'build')} on them` : '');
}

function sizingLines(fleet: Fleet): readonly string[] {
  const { capacity } = fleet;
  const { reservedVcpus, reservedMemoryBytes, maxVcpus, maxMemoryBytes } = GUIDE_SIZING;
  const lines: string[] = [];
  if (
    capacity.takingBuilds > 0 &&
    capacity.memoryUsableBytes !== null &&
    capacity.memoryTotalBytes !== null
  ) {
    lines.push(
      `CircleCI reserves ${reservedVcpus} vCPUs and ${formatBytes(reservedMemoryBytes)} of every client for coordination ` +
        `(Nomad does not): ${memoryShare(capacity.memoryUsableBytes, capacity.memoryTotalBytes)} are usable for builds.`,
    );
  }
  const tooLarge = fleet.clients.filter((row) => row.exceedsMemoryLimit);
  if (tooLarge.length > 0) {
    lines.push(
      `Larger than CircleCI's limit of ${maxVcpus} CPUs and ${formatBytes(maxMemoryBytes)}: ` +
        `${tooLarge.map((row) => row.name).join(', ')}. Ask CircleCI before using it.`,
    );
  }
  return lines;
}

function selectionLines(fleet: Fleet): readonly string[] {
  return fleet.selected
    ? [`${fleet.clients.length} of ${count(fleet.capacity.clients, 'client')} shown.`]
    : [];
}

const COLUMNS: readonly Column<ClientRow>[] = [
  { key: 'id', value: (row) => row.id, text: (row) => shortId(row.id) },
  { key: 'name', value: (row) => row.name, flexible: true },
  { key: 'status', value: (row) => row.status, tone: statusTone },
  {
    key: 'eligible',
    value: (row) => row.eligible,
    text: (row) => (row.eligible ? 'yes' : 'no'),
    tone: (row) => (row.eligible ? undefined : 'warning'),
  },
  {
    key: 'draining',
    title: 'DRAIN',
    value: (row) => row.draining,
    text: (row) => (row.draining ? 'yes' : 'no'),
    tone: (row) => (row.draining ? 'warning' : undefined),
  },
  {
    key: 'runningBuilds',
    title: 'BUILDS',
    align: 'right',
    value: (row) => row.runningBuilds,
  },
  {
    key: 'cpuUsedMhz',
    title: 'CPU',
    align: 'right',
    value: (row) => row.cpuUsedMhz,
    text: (row) => cpuRatio(row.cpuUsedMhz, row.cpuTotalMhz),
  },
  {
    key: 'memoryUsedBytes',
    title: 'MEMORY',
    align: 'right',
    value: (row) => row.memoryUsedBytes,
    text: (row) => memoryRatio(row.memoryUsedBytes, row.memoryTotalBytes),
    tone: (row) => (row.exceedsMemoryLimit ? 'warning' : undefined),
  },
  {
    key: 'cpuTotalMhz',
    title: 'CPU MHZ',
    wide: true,
    align: 'right',
    value: (row) => row.cpuTotalMhz,
  },
  {
    key: 'memoryTotalBytes',
    title: 'TOTAL',
    wide: true,
    align: 'right',
    value: (row) => row.memoryTotalBytes,
    text: (row) => (row.memoryTotalBytes === null ? '-' : formatBytes(row.memoryTotalBytes)),
  },
  {
    key: 'memoryUsableBytes',
    title: 'USABLE',
    wide: true,
    align: 'right',
    value: (row) => row.memoryUsableBytes,
    text: (row) => (row.memoryUsableBytes === null ? '-' : formatBytes(row.memoryUsableBytes)),
  },
  {
    key: 'pendingBuilds',
    title: 'STARTING',
    wide: true,
    align: 'right',
    value: (row) => row.pendingBuilds,
  },
  {
    key: 'unknownBuilds',
    title: 'UNKNOWN',
    wide: true,
    align: 'right',
    value: (row) => row.unknownBuilds,
  },
  { key: 'address', wide: true, value: (row) => row.address },
  { key: 'nodeClass', title: 'CLASS', wide: true, value: (row) => row.nodeClass },
  { key: 'version', wide: true, value: (row) => row.version },
  { key: 'datacenter', wide: true, value: (row) => row.datacenter },
  { key: 'nodePool', title: 'POOL', wide: true, value: (row) => row.nodePool },
];

function statusTone(row: ClientRow): Tone | undefined {
  if (row.status === 'ready') return row.takesBuilds ? 'good' : 'warning';
  return row.status === 'initializing' ? 'warning' : 'bad';
}
