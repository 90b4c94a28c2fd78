import { bytesOfMb, numberOf, objectOf, objectOrNull } from '../../json-value.ts';
import type { Resources } from '../model.ts';

/**
 * Resources as Nomad 0.9 and later nest them, `{Cpu: {CpuShares}, Memory: {MemoryMB}, Disk:
 * {DiskMB}}`; null unless CPU and memory are both there.
 */
export function decodeNestedResources(value: unknown): Resources | null {
  const resources = objectOf(value);
  return resourcesOf(
    objectOf(resources['Cpu'])['CpuShares'],
    objectOf(resources['Memory'])['MemoryMB'],
    objectOf(resources['Disk'])['DiskMB'],
  );
}

/** Resources in the flat form of jobs and of old nodes, `{CPU, MemoryMB, DiskMB}`. */
export function decodeFlatResources(value: unknown): Resources | null {
  const resources = objectOf(value);
  return resourcesOf(resources['CPU'], resources['MemoryMB'], resources['DiskMB']);
}

/**
 * What an allocation was given: `AllocatedResources`, per task and shared, or the flat `Resources`
 * of an allocation that an older server made.
 */
export function decodeAllocatedResources(allocation: unknown): Resources | null {
  const fields = objectOf(allocation);
  const allocated = objectOrNull(fields['AllocatedResources']);
  const tasks = allocated && objectOrNull(allocated['Tasks']);
  if (!tasks) return decodeFlatResources(fields['Resources']);
  const given = Object.values(tasks).map(decodeNestedResources);
  return sumResources(given, bytesOfMb(objectOf(allocated['Shared'])['DiskMB']));
}

/** CPU and memory of all tasks, with the disk that they share; null if any task is not known. */
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
