import type { NodeRecord } from '../records.ts';
import type { Dialect } from '../version.ts';
import { encode, GoTime, type Wire, type WireObject } from './encode.ts';
import { legacyResources } from './job.ts';

/** The optional parts of a node stub. */
export interface NodeStubForm {
  readonly resources: boolean;
  readonly os: boolean;
}

/** Returns a full node in the field order of its Go struct (nomad/structs/structs.go, Node). */
export function nodeObject(node: NodeRecord, dialect: Dialect): WireObject {
  const networks = networksOf(node);
  return {
    ID: node.id,
    SecretID: '',
    Datacenter: node.datacenter,
    Name: node.name,
    HTTPAddr: `${node.address}:4646`,
    TLSEnabled: false,
    Attributes: node.attributes,
    NodeResources: nodeResources(node, dialect),
    ReservedResources: reservedResources(node, dialect),
    Resources: {
      ...legacyResources(node.cpuMhz, node.memoryMb, node.diskMb, dialect),
      Networks: networks,
    },
    Reserved: legacyResources(node.reservedCpuMhz, node.reservedMemoryMb, 0, dialect),
    Links: null,
    Meta: node.meta,
    NodeClass: node.nodeClass,
    ...(dialect.since('1.6') ? { NodePool: node.pool } : {}),
    ComputedClass: node.computedClass,
    Drain: node.drain !== null,
    DrainStrategy: drainStrategy(node),
    SchedulingEligibility: node.eligible ? 'eligible' : 'ineligible',
    Status: node.status,
    StatusDescription: '',
    StatusUpdatedAt: Number(node.statusUpdatedAt / 1_000_000_000n),
    Events: node.events.map((event) => ({
      Message: event.message,
      Subsystem: event.subsystem,
      Details: event.details,
      Timestamp: new GoTime(event.at),
      CreateIndex: event.createIndex,
    })),
    Drivers: drivers(node),
    CSIControllerPlugins: null,
    CSINodePlugins: null,
    HostVolumes: null,
    ...(dialect.since('1.1') ? { LastDrain: lastDrain(node) } : {}),
    CreateIndex: node.createIndex,
    ModifyIndex: node.modifyIndex,
  };
}

/** Returns a stub for the list of nodes (structs.NodeListStub) as JSON. */
export function nodeStub(node: NodeRecord, form: NodeStubForm, dialect: Dialect): string {
  return encode({
    Address: node.address,
    ID: node.id,
    ...(form.os ? { Attributes: { 'os.name': node.attributes['os.name'] ?? '' } } : {}),
    Datacenter: node.datacenter,
    Name: node.name,
    NodeClass: node.nodeClass,
    ...(dialect.since('1.6') ? { NodePool: node.pool } : {}),
    Version: node.version,
    Drain: node.drain !== null,
    SchedulingEligibility: node.eligible ? 'eligible' : 'ineligible',
    Status: node.status,
    StatusDescription: '',
    Drivers: drivers(node),
    HostVolumes: null,
    ...(form.resources
      ? {
          NodeResources: nodeResources(node, dialect),
          ReservedResources: reservedResources(node, dialect),
        }
      : {}),
    ...(dialect.since('1.1') ? { LastDrain: lastDrain(node) } : {}),
    CreateIndex: node.createIndex,
    ModifyIndex: node.modifyIndex,
  });
}

function drainStrategy(node: NodeRecord): Wire {
  if (node.drain === null) return null;
  return {
    Deadline: node.drain.deadlineNs,
    IgnoreSystemJobs: node.drain.ignoreSystemJobs,
    ForceDeadline: new GoTime(node.drain.forceAt),
    StartedAt: new GoTime(node.drain.startedAt),
  };
}

function lastDrain(node: NodeRecord): Wire {
  if (node.lastDrain === null) return null;
  return {
    StartedAt: new GoTime(node.lastDrain.startedAt),
    UpdatedAt: new GoTime(node.lastDrain.updatedAt),
    Status: node.lastDrain.status,
    AccessorID: '',
    Meta: node.lastDrain.meta,
  };
}

function nodeResources(node: NodeRecord, dialect: Dialect): WireObject {
  return {
    Cpu: {
      CpuShares: node.cpuMhz,
      ...(dialect.since('1.1') ? { TotalCpuCores: 8, ReservableCpuCores: null } : {}),
    },
    Memory: { MemoryMB: node.memoryMb },
    Disk: { DiskMB: node.diskMb },
    Networks: networksOf(node),
    NodeNetworks: [
      {
        Mode: 'host',
        Device: 'eth0',
        MacAddress: '02:fc:00:00:00:01',
        Speed: 1000,
        Addresses: [
          {
            Family: 'ipv4',
            Alias: 'default',
            Address: node.address,
            ReservedPorts: '',
            Gateway: '',
          },
        ],
      },
    ],
    Devices: null,
    ...(dialect.since('1.1') ? { MinDynamicPort: 20_000, MaxDynamicPort: 32_000 } : {}),
  };
}

function reservedResources(node: NodeRecord, dialect: Dialect): WireObject {
  return {
    Cpu: {
      CpuShares: node.reservedCpuMhz,
      ...(dialect.since('1.1') ? { ReservedCpuCores: null } : {}),
    },
    Memory: { MemoryMB: node.reservedMemoryMb },
    Disk: { DiskMB: 0 },
    Networks: { ReservedHostPorts: '' },
  };
}

function networksOf(node: NodeRecord): Wire {
  return [
    {
      Mode: 'host',
      Device: 'eth0',
      CIDR: `${node.address}/32`,
      IP: node.address,
      MBits: 1000,
      DNS: null,
      ReservedPorts: null,
      DynamicPorts: null,
    },
  ];
}

function drivers(node: NodeRecord): WireObject {
  const known = ['docker', 'exec', 'java', 'mock_driver', 'qemu', 'raw_exec'];
  return Object.fromEntries(
    known
      .filter((name) => name !== 'mock_driver' || node.drivers.includes(name))
      .map((name) => [name, driver(node, name)]),
  );
}

function driver(node: NodeRecord, name: string): WireObject {
  const there = node.drivers.includes(name);
  const complaint = name === 'docker' ? 'Failed to connect to docker daemon' : '';
  return {
    Attributes: there ? { [`driver.${name}`]: 'true' } : null,
    Detected: there,
    Healthy: there,
    HealthDescription: there ? 'Healthy' : complaint,
    UpdateTime: new GoTime(node.bootedAt),
  };
}
