import type { NomadCore } from '../core.ts';
import type { NodeRecord } from '../records.ts';
import type { WireObject } from './encode.ts';

const MIB = 1024 * 1024;

/** Returns a client's host statistics (client/stats/host.go, HostStats). */
export function hostStats(core: NomadCore, node: NodeRecord): WireObject {
  const used = 300 * MIB + Math.round(node.usedMemoryMb * 0.4) * MIB;
  const total = node.memoryMb * MIB;
  const now = core.state.stamp();
  return {
    AllocDirStats: disk(node),
    CPU: [{ CPU: 'cpu0', Idle: 60, System: 5, Total: 40, User: 35 }],
    CPUTicksConsumed: Math.round(node.usedCpuMhz * 0.8),
    DeviceStats: [],
    DiskStats: [disk(node)],
    Memory: { Available: total - used, Free: total - used, Total: total, Used: used },
    Timestamp: now,
    Uptime: Number((now - node.bootedAt) / 1_000_000_000n),
  };
}

function disk(node: NodeRecord): WireObject {
  const size = node.diskMb * MIB;
  return {
    Available: Math.round(size * 0.7),
    Device: '/dev/nvme0n1p1',
    InodesUsedPercent: 4,
    Mountpoint: '/',
    Size: size,
    Used: Math.round(size * 0.3),
    UsedPercent: 30,
  };
}
