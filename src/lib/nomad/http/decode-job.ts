import {
  arrayOf,
  bytesOfMb,
  entriesOf,
  momentOfNanoseconds,
  numberOf,
  objectOf,
  objectOrNull,
  textOf,
  textsOf,
  wordOf,
} from '../../json-value.ts';
import type {
  Constraint,
  JobId,
  NomadJob,
  NomadJobDetail,
  TaskGroup,
  TaskGroupSummary,
} from '../model.ts';
import { decodeFlatResources, sumResources } from './decode-resources.ts';

const STATUSES = ['pending', 'running', 'dead'] as const;

/** Decodes a job of `/v1/jobs`; null without an ID. */
export function decodeJob(value: unknown): NomadJob | null {
  const job = objectOf(value);
  const id = textOf(job['ID']);
  if (id === null) return null;
  const summary = objectOrNull(objectOf(job['JobSummary'])['Summary']);
  return {
    id: id as JobId,
    parentId: textOf(job['ParentID']) as JobId | null,
    name: textOf(job['Name']) ?? id,
    type: textOf(job['Type']),
    priority: numberOf(job['Priority']),
    status: wordOf(job['Status'], STATUSES) ?? 'unknown',
    stopped: job['Stop'] === true,
    submittedAt: momentOfNanoseconds(job['SubmitTime']),
    summary: summary && entriesOf(summary, decodeGroupSummary),
  };
}

/** Decodes the job of `/v1/job/:id`; null without an ID. */
export function decodeJobDetail(value: unknown): NomadJobDetail | null {
  const job = decodeJob(value);
  if (job === null) return null;
  const fields = objectOf(value);
  return {
    ...job,
    datacenters: arrayOf(fields['Datacenters']).flatMap((name) => textOf(name) ?? []),
    nodePool: textOf(fields['NodePool']),
    meta: textsOf(fields['Meta']),
    taskGroups: arrayOf(fields['TaskGroups']).flatMap((group) => decodeTaskGroup(group) ?? []),
    constraints: decodeConstraints(fields['Constraints']),
  };
}

function decodeGroupSummary(value: unknown): TaskGroupSummary | null {
  const counts = objectOrNull(value);
  if (!counts) return null;
  const count = (name: string): number => numberOf(counts[name]) ?? 0;
  return {
    queued: count('Queued'),
    starting: count('Starting'),
    running: count('Running'),
    failed: count('Failed'),
    complete: count('Complete'),
    lost: count('Lost'),
  };
}

function decodeTaskGroup(value: unknown): TaskGroup | null {
  const group = objectOrNull(value);
  if (!group) return null;
  const tasks = arrayOf(group['Tasks']).map(objectOf);
  const diskBytes = bytesOfMb(objectOf(group['EphemeralDisk'])['SizeMB']);
  const required = tasks.flatMap((task) => decodeFlatResources(task['Resources']) ?? []);
  return {
    name: textOf(group['Name']) ?? '',
    count: numberOf(group['Count']) ?? 1,
    resources: sumResources(required, diskBytes) ?? { cpuMhz: 0, memoryBytes: 0, diskBytes },
    tasks: tasks.map((task) => ({
      name: textOf(task['Name']) ?? '',
      driver: textOf(task['Driver']) ?? '',
      env: textsOf(task['Env']),
      meta: textsOf(task['Meta']),
    })),
    // A constraint of a task restricts the placement of its whole group.
    constraints: [group, ...tasks].flatMap((part) => decodeConstraints(part['Constraints'])),
  };
}

function decodeConstraints(value: unknown): Constraint[] {
  return arrayOf(value).flatMap((item) => {
    const constraint = objectOrNull(item);
    if (!constraint) return [];
    return [
      {
        left: textOf(constraint['LTarget']) ?? '',
        operand: textOf(constraint['Operand']) ?? '=',
        right: textOf(constraint['RTarget']) ?? '',
      },
    ];
  });
}
