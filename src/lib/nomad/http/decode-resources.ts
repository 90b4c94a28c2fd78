import { bytesOfMb, numberOf, objectOf, objectOrNull } from '../../json-value.ts';
import type { Resources } from '../model.ts';

/**
 * Decodes the nested format of Nomad 0.9 and later, `{Cpu: {CpuShares}, Memory: {MemoryMB}, Disk:
 * {DiskMB}}`; null without CPU or memory.
 */
export function decodeNestedResources(value: unknown): Resources | null {
  const resources = objectOf(value);
  return resourcesOf(
    objectOf(resources['Cpu'])['CpuShares'],
    objectOf(resources['Memory'])['MemoryMB'],
    objectOf(resources['Disk'])['DiskMB'],
  );
}

/**
 * Decodes the flat format of jobs and old nodes, `{CPU, MemoryMB, DiskMB}`; null without CPU or
 * memory.
 */
export function decodeFlatResources(value: unknown): Resources | null {
  const resources = objectOf(value);
  return resourcesOf(resources['CPU'], resources['MemoryMB'], resources['DiskMB']);
}

/**
 * Decodes the allocated resources: `AllocatedResources`, which has a part for each task and a
 * shared part, or the flat `Resources` of an allocation that was created by an older server.
 */
export function decodeAllocatedResources(allocation: unknown): Resources | null {
  const fields = objectOf(allocation);
  const allocated = objectOrNull(fields['AllocatedResources']);
  const tasks = allocated && objectOrNull(allocated['Tasks']);
  if (!tasks) return decodeFlatResources(fields['Resources']);
  const given = Object.values(tasks).map(decodeNestedResources);
  return sumResources(given, bytesOfMb(objectOf(allocated['Shared'])['DiskMB']));
}

/**
 * Sums up CPU and memory of all tasks, with the disk that they share; null if there are no tasks or
 * one of them is unknown.
 */
export function sumResources(
  tasks: readonly (Resources | null)[],
  diskBytes: number | null,
): Resources | null {
  if (tasks.length === 0) return null;
  let cpuMhz = 0;
  let memoryBytes = 0;
  for (const task of tasks) {
    if (task === null) return null;
    cpuMhz += task.cpuMhz;
    memoryBytes += task.memoryBytes;
  }
  return { cpuMhz, memoryBytes, diskBytes };
}

function resourcesOf(cpu: unknown, memoryMb: unknown, diskMb: unknown): Resources | null {
  const cpuMhz = numberOf(cpu);
  const memoryBytes = bytesOfMb(memoryMb);
  if (cpuMhz === null || memoryBytes === null) return null;
  return { cpuMhz, memoryBytes, diskBytes: bytesOfMb(diskMb) };
}
