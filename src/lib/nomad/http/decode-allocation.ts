import {
  arrayOf,
  type JsonObject,
  momentOfNanoseconds,
  momentOfText,
  numberOf,
  objectOf,
  objectOrNull,
  textOf,
  wordOf,
} from '../../json-value.ts';
import type {
  Allocation,
  AllocationId,
  EvaluationId,
  JobId,
  NodeId,
  TaskEvent,
  TaskState,
} from '../model.ts';
import { decodeAllocatedResources } from './decode-resources.ts';

const CLIENT_STATUSES = ['pending', 'running', 'complete', 'failed', 'lost'] as const;
const DESIRED_STATUSES = ['run', 'stop', 'evict'] as const;
const TASK_STATES = ['pending', 'running', 'dead'] as const;

/** The costly parts of an allocation that were requested; the others are null. */
export interface AllocationParts {
  readonly taskStates: boolean;
  readonly resources: boolean;
}

/**
 * Decodes an allocation from a list (stubs, where empty fields are null) or read by its ID (where
 * empty fields are omitted); null without ID, job or node.
 */
export function decodeAllocation(value: unknown, parts: AllocationParts): Allocation | null {
  const allocation = objectOf(value);
  const id = textOf(allocation['ID']);
  const jobId = textOf(allocation['JobID']);
  const nodeId = textOf(allocation['NodeID']);
  if (id === null || jobId === null || nodeId === null) return null;
  return {
    id: id as AllocationId,
    name: textOf(allocation['Name']) ?? '',
    jobId: jobId as JobId,
    jobType: textOf(allocation['JobType']) ?? textOf(objectOf(allocation['Job'])['Type']),
    taskGroup: textOf(allocation['TaskGroup']) ?? '',
    nodeId: nodeId as NodeId,
    nodeName: textOf(allocation['NodeName']),
    evaluationId: textOf(allocation['EvalID']) as EvaluationId | null,
    desiredStatus: wordOf(allocation['DesiredStatus'], DESIRED_STATUSES) ?? 'unknown',
    clientStatus: wordOf(allocation['ClientStatus'], CLIENT_STATUSES) ?? 'unknown',
    clientDescription: textOf(allocation['ClientDescription']),
    migrate: isMigrated(allocation),
    createdAt: momentOfNanoseconds(allocation['CreateTime']),
    modifiedAt: momentOfNanoseconds(allocation['ModifyTime']),
    tasks: parts.taskStates ? decodeTasks(allocation['TaskStates']) : null,
    resources: parts.resources ? decodeAllocatedResources(allocation) : null,
  };
}

/**
 * Returns whether a drain stops the allocation. The stubs that the nomad CLI prints do not contain
 * `DesiredTransition` (api/allocations.go); there the scheduler's description tells it, whose text
 * is the same from 0.11 to 2.0.
 */
function isMigrated(allocation: JsonObject): boolean {
  const transition = objectOrNull(allocation['DesiredTransition']);
  if (transition) return transition['Migrate'] === true;
  return allocation['DesiredDescription'] === 'alloc is being migrated';
}

function decodeTasks(value: unknown): readonly TaskState[] {
  return Object.entries(objectOf(value)).flatMap(([name, state]) => {
    const task = objectOrNull(state);
    if (!task) return [];
    return [
      {
        name,
        state: wordOf(task['State'], TASK_STATES) ?? 'unknown',
        failed: task['Failed'] === true,
        restarts: numberOf(task['Restarts']),
        startedAt: momentOfText(task['StartedAt']),
        finishedAt: momentOfText(task['FinishedAt']),
        events: arrayOf(task['Events']).flatMap((event) => decodeTaskEvent(event) ?? []),
      },
    ];
  });
}

/**
 * Every event contains `ExitCode` 0 and `Signal` 0, even if nothing exited. The exit code is
 * therefore read only from the details, or if the event is the end of the task.
 */
function decodeTaskEvent(value: unknown): TaskEvent | null {
  const event = objectOrNull(value);
  if (!event) return null;
  const details = objectOf(event['Details']);
  const type = textOf(event['Type']) ?? '';
  const ended = type === 'Terminated';
  const signal = digitsOf(details['signal']) ?? (ended ? numberOf(event['Signal']) : null);
  return {
    type,
    at: momentOfNanoseconds(event['Time']),
    message: textOf(event['DisplayMessage']) ?? textOf(event['Message']) ?? '',
    exitCode: digitsOf(details['exit_code']) ?? (ended ? numberOf(event['ExitCode']) : null),
    // Nomad sends 0 if no signal was involved.
    signal: signal === 0 ? null : signal,
  };
}

function digitsOf(value: unknown): number | null {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : null;
}
