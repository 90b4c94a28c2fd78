import type { NodeRecord } from '../records.ts';
import { encode, indentJson } from '../wire/encode.ts';
import { hostStats } from '../wire/host-stats.ts';
import { nodeObject, nodeStub } from '../wire/node.ts';
import { allocationTable, findNode, newestFirst } from './find.ts';
import { parseFlags } from './flags.ts';
import { CliFailure, requireServer, type Session } from './session.ts';
import { columns, goDuration, keyValues, mebibytes, shortId, time } from './text.ts';

const USAGE = 'Usage: nomad node status [options] <node>';
const KINDS = {
  allocs: 'switch',
  json: 'switch',
  self: 'switch',
  short: 'switch',
  stats: 'switch',
  verbose: 'switch',
  t: 'value',
} as const;

/** `nomad node status` (command/node_status.go). */
export async function nodeStatus(session: Session, argv: readonly string[]): Promise<number> {
  const { dialect } = session.core;
  const newer = { os: 'switch', quiet: 'switch', filter: 'value', 'per-page': 'value' } as const;
  const flags = parseFlags(argv, dialect.since('1.3') ? { ...KINDS, ...newer } : KINDS, USAGE);
  if (flags.args.length > 1) {
    throw new CliFailure(
      "This command takes either one or no arguments\nFor additional help try 'nomad node status -help'",
    );
  }
  const [id] = flags.args;
  const wanted = id === undefined && !flags.on('self');
  const what = wanted ? 'Error querying node status' : 'Error querying node info';
  await requireServer(session, what, flags.value('token'));
  if (flags.on('self')) throw new CliFailure('Nomad not running in client mode');
  if (id === undefined) {
    listNodes(session, {
      allocs: flags.on('allocs'),
      verbose: flags.on('verbose'),
      json: flags.on('json'),
      quiet: flags.on('quiet'),
    });
    return 0;
  }
  const node = findNode(session, id, 'prefix');
  if (flags.on('json')) session.out(indentJson(encode(nodeObject(node, dialect))));
  else describeNode(session, node, { short: flags.on('short'), verbose: flags.on('verbose') });
  return 0;
}

function listNodes(
  session: Session,
  options: {
    readonly allocs: boolean;
    readonly verbose: boolean;
    readonly json: boolean;
    readonly quiet: boolean;
  },
): void {
  const { state, dialect } = session.core;
  const nodes = newestFirst(state.nodes.all());
  if (options.json) {
    // The struct of the API client has no host volumes.
    const stubs = nodes.map((node) =>
      nodeStub(node, { resources: false, os: false }, dialect).replace('"HostVolumes":null,', ''),
    );
    session.out(indentJson(`[${stubs.join(',')}]`));
    return;
  }
  if (options.quiet) {
    if (nodes.length > 0)
      session.out(nodes.map(({ id }) => shortId(id, options.verbose)).join('\n'));
    return;
  }
  if (nodes.length === 0) {
    if (dialect.since('1.7')) session.out('No nodes registered');
    return;
  }
  const pools = dialect.since('1.6');
  const head = [
    'ID',
    ...(pools ? ['Node Pool'] : []),
    'DC',
    'Name',
    'Class',
    ...(options.verbose ? ['Address', 'Version'] : []),
    'Drain',
    'Eligibility',
    'Status',
    ...(options.allocs ? ['Running Allocs'] : []),
  ];
  const rows = nodes.map((node) => [
    shortId(node.id, options.verbose),
    ...(pools ? [node.pool] : []),
    node.datacenter,
    node.name,
    node.nodeClass,
    ...(options.verbose ? [node.address, node.version] : []),
    String(node.drain !== null),
    node.eligible ? 'eligible' : 'ineligible',
    node.status,
    ...(options.allocs ? [String(running(session, node).length)] : []),
  ]);
  session.out(columns([head, ...rows]));
}

function running(session: Session, node: NodeRecord) {
  return session.core.state
    .allocationsOfNode(node.id)
    .filter((allocation) => allocation.client === 'running');
}

function describeNode(
  session: Session,
  node: NodeRecord,
  options: { readonly short: boolean; readonly verbose: boolean },
): void {
  const { state, dialect } = session.core;
  const allocations = newestFirst(state.allocationsOfNode(node.id));
  const table =
    allocations.length === 0
      ? 'No allocations placed'
      : allocationTable(session, allocations, options.verbose);
  const uptime = Number((state.stamp() - node.bootedAt) / 1_000_000_000n);
  const reachable = node.linked && !options.short;
  const basics = keyValues([
    ['ID', node.id],
    ['Name', node.name],
    ...(dialect.since('1.6') ? ([['Node Pool', node.pool]] as const) : []),
    ['Class', node.nodeClass],
    ['DC', node.datacenter],
    ['Drain', drainText(node)],
    ['Eligibility', node.eligible ? 'eligible' : 'ineligible'],
    ['Status', node.status],
    ['CSI Controllers', ''],
    ['CSI Drivers', ''],
    ...(reachable ? ([['Uptime', goDuration(uptime)]] as const) : []),
    ...(options.short
      ? []
      : ([
          ['Host Volumes', ''],
          ['CSI Volumes', ''],
          ['Driver Status', [...node.drivers].sort().join(',')],
        ] as const)),
  ]);
  if (options.short) {
    session.out(`${basics}\n\nAllocations\n${table}`);
    return;
  }
  const events = columns([
    ['Time', 'Subsystem', 'Message'],
    ...[...node.events].reverse().map((event) => [time(event.at), event.subsystem, event.message]),
  ]);
  session.out(`${basics}\n\nNode Events\n${events}\n\n${resources(session, node)}`);
  if (!node.linked) {
    session.complain('error fetching node stats: Unexpected response code: 404 (No path to node)');
  } else session.out(`\n${utilization(session, node)}`);
  session.out(`\nAllocations\n${table}`);
}

function drainText(node: NodeRecord): string {
  if (node.drain === null) return 'false';
  if (node.drain.deadlineNs < 0n) return 'true; force drain';
  if (node.drain.forceAt === null) return 'true; no deadline';
  return `true; ${time(node.drain.forceAt)} deadline`;
}

function resources(session: Session, node: NodeRecord): string {
  const allocations = running(session, node);
  const tasks = allocations.flatMap((allocation) => allocation.group.tasks);
  const cpu = tasks.reduce((sum, task) => sum + task.cpuMhz, 0);
  const memory = tasks.reduce((sum, task) => sum + task.memoryMb, 0);
  const disk = allocations.reduce((sum, allocation) => sum + allocation.group.diskMb, 0);
  const counted = session.core.dialect.since('1.10.2');
  return `Allocated Resources\n${columns([
    ['CPU', 'Memory', 'Disk', ...(counted ? ['Alloc Count'] : [])],
    [
      `${cpu}/${node.cpuMhz - node.reservedCpuMhz} MHz`,
      `${zeroBytes(memory)}/${mebibytes(node.memoryMb - node.reservedMemoryMb)}`,
      `${zeroBytes(disk)}/${mebibytes(node.diskMb)}`,
      ...(counted ? [String(allocations.length)] : []),
    ],
  ])}`;
}

function zeroBytes(count: number): string {
  return count === 0 ? '0 B' : mebibytes(count);
}

function utilization(session: Session, node: NodeRecord): string {
  const stats = hostStats(session.core, node);
  const used = Math.round(node.usedMemoryMb * 0.4);
  const cpu = Number(stats['CPUTicksConsumed']);
  return [
    'Allocation Resource Utilization',
    columns([
      ['CPU', 'Memory'],
      [`${cpu}/${node.cpuMhz} MHz`, `${zeroBytes(used)}/${mebibytes(node.memoryMb)}`],
    ]),
    '',
    'Host Resource Utilization',
    columns([
      ['CPU', 'Memory', 'Disk'],
      [
        `${cpu + 16}/${node.cpuMhz} MHz`,
        `${mebibytes(used + 300)}/${mebibytes(node.memoryMb)}`,
        `${mebibytes(Math.round(node.diskMb * 0.3))}/${mebibytes(node.diskMb)}`,
      ],
    ]),
  ].join('\n');
}
