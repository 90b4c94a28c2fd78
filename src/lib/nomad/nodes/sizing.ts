import type { Resources } from '../model.ts';

const GIB = 1024 ** 3;

/**
 * The sizing of Nomad clients according to CircleCI's operations guide: each machine reserves two
 * vCPUs and 4 GB for coordinating builds, and has at most 64 CPUs and 128 GB unless CircleCI
 * agrees. Nomad knows neither rule, and allocates all resources of a client.
 */
export const GUIDE_SIZING = {
  reservedVcpus: 2,
  reservedMemoryBytes: 4 * GIB,
  maxVcpus: 64,
  maxMemoryBytes: 128 * GIB,
} as const;

/**
 * Returns the memory of a client in bytes without the guide's reserve, or without Nomad's own if
 * that is larger; null if the total is unknown.
 */
export function usableMemory(total: Resources | null, reserved: Resources | null): number | null {
  if (total === null) return null;
  const kept = Math.max(GUIDE_SIZING.reservedMemoryBytes, reserved?.memoryBytes ?? 0);
  return Math.max(0, total.memoryBytes - kept);
}

/**
 * Returns the CPU of a client in MHz without the guide's reserve of two vCPUs, or without Nomad's
 * own if that is larger; null if the number of vCPUs is unknown (lists do not contain it).
 */
export function usableCpu(
  total: Resources | null,
  reserved: Resources | null,
  vcpus: number | null,
): number | null {
  if (total === null || !vcpus) return null;
  const guide = (GUIDE_SIZING.reservedVcpus * total.cpuMhz) / vcpus;
  return Math.max(0, Math.round(total.cpuMhz - Math.max(guide, reserved?.cpuMhz ?? 0)));
}

/** Returns whether a client has more memory than the guide allows; null if its size is unknown. */
export function exceedsMemoryLimit(total: Resources | null): boolean | null {
  return total === null ? null : total.memoryBytes > GUIDE_SIZING.maxMemoryBytes;
}

/**
 * Returns whether a client has more vCPUs than the guide allows; null if their number is unknown.
 */
export function exceedsCpuLimit(vcpus: number | null): boolean | null {
  return vcpus === null ? null : vcpus > GUIDE_SIZING.maxVcpus;
}
