import type { Random } from '../random.ts';
import type { NomadCore } from './core.ts';
import type { NodeRecord } from './records.ts';
import type { NodeSpec, NomadScenario } from './scenario.ts';

interface MachineType {
  readonly aws: string;
  readonly gcp: string;
  readonly cpus: number;
  readonly memoryMb: number;
}

const MACHINES: readonly MachineType[] = [
  { aws: 'm5.2xlarge', gcp: 'n1-standard-8', cpus: 8, memoryMb: 31_600 },
  { aws: 'm5.4xlarge', gcp: 'n1-standard-16', cpus: 16, memoryMb: 63_400 },
  { aws: 'm5.8xlarge', gcp: 'n1-standard-32', cpus: 32, memoryMb: 126_900 },
  { aws: 'm5.16xlarge', gcp: 'n1-standard-64', cpus: 64, memoryMb: 254_000 },
];
const LARGEST: MachineType = {
  aws: 'm5.24xlarge',
  gcp: 'n1-standard-96',
  cpus: 96,
  memoryMb: 381_000,
};
const MHZ_PER_CPU = 2_500;
/** The largest CPU request of a generated build. */
const BUILD_MHZ = 4_000;

/** Creates and registers the clients of a scenario. */
export function generateNodes(core: NomadCore, scenario: NomadScenario): void {
  const count = scenario.clients ?? 5;
  const specs = scenario.nodes ?? [];
  const total = Math.max(count, specs.length);
  const machine = machineFor(total, scenario.builds ?? 6);
  for (let i = 0; i < total; i += 1) {
    const spec = specs[i] ?? {};
    const node = makeNode(core, { spec, machine, position: i, cloud: scenario.cloud ?? 'aws' });
    core.fleet.register(node);
    node.heartbeating = node.status === 'ready';
    node.linked = node.heartbeating;
  }
}

/** Starts the drains of a scenario. Called after the builds have been placed. */
export function startDrains(core: NomadCore, scenario: NomadScenario): void {
  const byPosition = [...core.state.nodes.all()].sort((a, b) => a.createIndex - b.createIndex);
  for (const [i, spec] of (scenario.nodes ?? []).entries()) {
    const node = byPosition[i];
    if (node === undefined) continue;
    if (spec.eligible !== undefined) node.eligible = spec.eligible;
    if (spec.draining === undefined || spec.draining === false) continue;
    const deadlineMs = spec.draining === true ? 0 : spec.draining;
    const deadlineNs = BigInt(Math.round(deadlineMs)) * 1_000_000n;
    core.drainer.start(node, { deadlineNs, ignoreSystemJobs: false, meta: null });
  }
}

/** Returns the smallest machine type on which the builds fit with room to spare. */
function machineFor(clients: number, builds: number): MachineType {
  const perClient = (builds / Math.max(1, clients)) * 1.5 * BUILD_MHZ;
  return MACHINES.find((machine) => machine.cpus * MHZ_PER_CPU >= perClient) ?? LARGEST;
}

function makeNode(
  core: NomadCore,
  plan: {
    readonly spec: NodeSpec;
    readonly machine: MachineType;
    readonly position: number;
    readonly cloud: 'aws' | 'gcp' | 'none';
  },
): NodeRecord {
  const { spec, machine, position } = plan;
  const { random } = core.context;
  const address =
    spec.address ?? `10.0.${Math.floor(position / 200) + 10}.${(position % 200) + 20}`;
  const bootedAt = core.state.stamp(random.integer(3_600_000, 72 * 3_600_000));
  const instance = spec.instance === undefined ? defaultInstance(plan.cloud) : spec.instance;
  const name =
    spec.name ??
    (instance?.cloud === 'gcp'
      ? `nomad-clients-${random.hex(4)}`
      : `ip-${address.replaceAll('.', '-')}.ec2.internal`);
  const cpuMhz = spec.cpuMhz ?? machine.cpus * MHZ_PER_CPU;
  const memoryMb = spec.memoryMb ?? machine.memoryMb;
  const nodeClass = spec.class ?? 'linux-64bit';
  const pool = spec.pool ?? 'default';
  const version = spec.version ?? core.dialect.version;
  return {
    id: spec.id ?? random.uuid(),
    name,
    address,
    datacenter: spec.datacenter ?? 'default',
    nodeClass,
    pool,
    version,
    attributes: {
      ...attributesOf({ random, version, address, name, cpuMhz, memoryMb }),
      ...instanceAttributes(random, instance, machine, name),
      ...spec.attributes,
    },
    meta: spec.meta ?? {},
    computedClass: `v1:${hash(`${nodeClass}/${pool}/${cpuMhz}/${memoryMb}/${JSON.stringify(spec.attributes ?? {})}/${JSON.stringify(spec.meta ?? {})}/${(spec.drivers ?? []).join()}`)}`,
    drivers: spec.drivers ?? ['exec', 'raw_exec'],
    cpuMhz,
    memoryMb,
    diskMb: 77_873,
    reservedCpuMhz: spec.reservedCpuMhz ?? 0,
    reservedMemoryMb: spec.reservedMemoryMb ?? 0,
    bootedAt,
    status: spec.status ?? 'ready',
    eligible: true,
    drain: null,
    lastDrain: null,
    events: [],
    statusUpdatedAt: bootedAt,
    createIndex: 0,
    modifyIndex: 0,
    heartbeating: true,
    linked: true,
    usedCpuMhz: 0,
    usedMemoryMb: 0,
    usedDiskMb: 0,
  };
}

function defaultInstance(cloud: 'aws' | 'gcp' | 'none'): NonNullable<NodeSpec['instance']> | null {
  return cloud === 'none' ? null : { cloud };
}

function attributesOf(machine: {
  readonly random: Random;
  readonly version: string;
  readonly address: string;
  readonly name: string;
  readonly cpuMhz: number;
  readonly memoryMb: number;
}): Readonly<Record<string, string>> {
  const cores = Math.max(1, Math.round(machine.cpuMhz / MHZ_PER_CPU));
  return {
    'cpu.arch': 'amd64',
    'cpu.frequency': String(MHZ_PER_CPU),
    'cpu.modelname': 'Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz',
    'cpu.numcores': String(cores),
    'cpu.totalcompute': String(machine.cpuMhz),
    'driver.exec': '1',
    'driver.raw_exec': '1',
    'kernel.name': 'linux',
    'kernel.version': '5.4.0-1029-aws',
    'memory.totalbytes': String(machine.memoryMb * 1024 * 1024),
    'nomad.advertise.address': `${machine.address}:4646`,
    'nomad.version': machine.version,
    'os.name': 'ubuntu',
    'os.signals': 'SIGHUP,SIGINT,SIGKILL,SIGQUIT,SIGTERM,SIGUSR1,SIGUSR2',
    'os.version': '20.04',
    'unique.cgroup.mountpoint': '/sys/fs/cgroup',
    'unique.hostname': machine.name.split('.')[0] ?? machine.name,
    'unique.network.ip-address': machine.address,
    'unique.storage.bytesfree': '81656401920',
    'unique.storage.bytestotal': '103865303040',
    'unique.storage.volume': '/dev/nvme0n1p1',
  };
}

function instanceAttributes(
  random: Random,
  instance: NonNullable<NodeSpec['instance']> | null,
  machine: MachineType,
  name: string,
): Readonly<Record<string, string>> {
  if (instance === null) return {};
  if (instance.cloud === 'aws') {
    return {
      'unique.platform.aws.instance-id': instance.id ?? `i-0${random.hex(16)}`,
      'platform.aws.placement.availability-zone': instance.zone ?? 'us-east-1a',
      'platform.aws.instance-type': instance.type ?? machine.aws,
    };
  }
  const digits = Array.from({ length: 18 }, () => random.integer(0, 9)).join('');
  return {
    'unique.platform.gce.id': instance.id ?? `7${digits}`,
    'unique.platform.gce.hostname': `${name}.c.circleci.internal`,
    'platform.gce.zone': instance.zone ?? 'us-central1-a',
    'platform.gce.machine-type': instance.type ?? machine.gcp,
  };
}

/** Returns a stable hash (64-bit FNV-1a), for values that equal nodes share. */
function hash(text: string): bigint {
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) {
    value = ((value ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return value;
}
