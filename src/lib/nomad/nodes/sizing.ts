import type { Resources } from '../model.ts';

const GIB = 1024 ** 3;

/**
 * What CircleCI's operations guide says about the size of Nomad clients: each machine keeps two
 * vCPUs and 4 GB back for coordinating builds, and is no larger than 64 CPUs and 128 GB unless
 * CircleCI agrees. Nomad itself knows of neither, and places builds on all that a client has.
 */
export const GUIDE_SIZING = {
  reservedVcpus: 2,
  reservedMemoryBytes: 4 * GIB,
  maxVcpus: 64,
  maxMemoryBytes: 128 * GIB,
} as const;

/** Memory of a client in bytes that is left after the guide's reserve, or Nomad's own if larger. */
export function usableMemory(total: Resources | null, reserved: Resources | null): number | null {
  if (total === null) return null;
  const kept = Math.max(GUIDE_SIZING.reservedMemoryBytes, reserved?.memoryBytes ?? 0);
  return Math.max(0, total.memoryBytes - kept);
}

/**
 * CPU of a client in MHz that is left after the guide's reserve of two vCPUs; null where the number
 * of its vCPUs is not known (lists do not say it).
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

/** Whether a client has more memory than the guide allows; null where its size is not known. */
export function exceedsMemoryLimit(total: Resources | null): boolean | null {
  return total === null ? null : total.memoryBytes > GUIDE_SIZING.maxMemoryBytes;
}

/** Whether a client has more vCPUs than the guide allows; null where their number is not known. */
export function exceedsCpuLimit(vcpus: number | null): boolean | null {
  return vcpus === null ? null : vcpus > GUIDE_SIZING.maxVcpus;
}
