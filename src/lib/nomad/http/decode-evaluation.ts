import {
  arrayOf,
  entriesOf,
  momentOfNanoseconds,
  momentOfText,
  numberOf,
  numbersOf,
  objectOf,
  objectOrNull,
  textOf,
  wordOf,
} from '../../json-value.ts';
import type { Evaluation, EvaluationId, JobId, NodeId, PlacementFailure } from '../model.ts';

const STATUSES = ['blocked', 'pending', 'complete', 'failed', 'canceled'] as const;

/**
 * Decodes an evaluation from a list or read by its ID (the same format, without empty fields); null
 * without an ID.
 */
export function decodeEvaluation(value: unknown): Evaluation | null {
  const evaluation = objectOf(value);
  const id = textOf(evaluation['ID']);
  if (id === null) return null;
  const reference = (name: string) => textOf(evaluation[name]) as EvaluationId | null;
  return {
    id: id as EvaluationId,
    // A cleanup evaluation belongs to no job: its JobID is the name of the cleanup.
    jobId: (textOf(evaluation['JobID']) ?? '') as JobId,
    nodeId: textOf(evaluation['NodeID']) as NodeId | null,
    type: textOf(evaluation['Type']),
    triggeredBy: textOf(evaluation['TriggeredBy']) ?? '',
    status: wordOf(evaluation['Status'], STATUSES) ?? 'unknown',
    statusDescription: textOf(evaluation['StatusDescription']),
    blockedEvaluation: reference('BlockedEval'),
    previousEvaluation: reference('PreviousEval'),
    nextEvaluation: reference('NextEval'),
    waitUntil: momentOfText(evaluation['WaitUntil']),
    createdAt: momentOfNanoseconds(evaluation['CreateTime']),
    modifiedAt: momentOfNanoseconds(evaluation['ModifyTime']),
    createIndex: numberOf(evaluation['CreateIndex']),
    modifyIndex: numberOf(evaluation['ModifyIndex']),
    failures: Object.values(entriesOf(evaluation['FailedTGAllocs'], decodeFailure)),
    queued: numbersOf(evaluation['QueuedAllocations']),
  };
}

function decodeFailure(value: unknown, taskGroup: string): PlacementFailure | null {
  const metrics = objectOrNull(value);
  if (!metrics) return null;
  const count = (name: string): number => numberOf(metrics[name]) ?? 0;
  return {
    taskGroup,
    nodesEvaluated: count('NodesEvaluated'),
    nodesFiltered: count('NodesFiltered'),
    nodesExhausted: count('NodesExhausted'),
    nodesAvailable: numbersOf(metrics['NodesAvailable']),
    classFiltered: numbersOf(metrics['ClassFiltered']),
    constraintFiltered: numbersOf(metrics['ConstraintFiltered']),
    classExhausted: numbersOf(metrics['ClassExhausted']),
    dimensionExhausted: numbersOf(metrics['DimensionExhausted']),
    quotaExhausted: arrayOf(metrics['QuotaExhausted']).flatMap((quota) => textOf(quota) ?? []),
    coalescedFailures: count('CoalescedFailures'),
  };
}
