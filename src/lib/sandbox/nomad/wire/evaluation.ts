import type { EvaluationRecord } from '../records.ts';
import type { Dialect } from '../version.ts';
import { metricsObject } from './allocation.ts';
import { GoTime, type WireObject } from './encode.ts';

/**
 * Returns a full evaluation in the field order of its Go struct (nomad/structs/structs.go,
 * Evaluation).
 */
export function evaluationObject(evaluation: EvaluationRecord, dialect: Dialect): WireObject {
  return {
    ID: evaluation.id,
    Namespace: 'default',
    Priority: evaluation.priority,
    Type: evaluation.type,
    TriggeredBy: evaluation.triggeredBy,
    JobID: evaluation.jobId,
    JobModifyIndex: evaluation.jobModifyIndex,
    NodeID: evaluation.nodeId,
    NodeModifyIndex: evaluation.nodeModifyIndex,
    DeploymentID: '',
    Status: evaluation.status,
    StatusDescription: evaluation.statusDescription,
    Wait: 0,
    WaitUntil: new GoTime(null),
    NextEval: evaluation.nextEval,
    PreviousEval: evaluation.previousEval,
    BlockedEval: evaluation.blockedEval,
    FailedTGAllocs:
      evaluation.failures === null
        ? null
        : Object.fromEntries(
            Object.entries(evaluation.failures).map(([group, metrics]) => [
              group,
              metricsObject(metrics, dialect),
            ]),
          ),
    ClassEligibility: evaluation.classEligibility,
    QuotaLimitReached: '',
    EscapedComputedClass: evaluation.status === 'blocked' && evaluation.classEligibility === null,
    AnnotatePlan: false,
    QueuedAllocations: evaluation.queued,
    LeaderACL: '',
    SnapshotIndex: evaluation.status === 'pending' ? 0 : evaluation.snapshotIndex,
    CreateIndex: evaluation.createIndex,
    ModifyIndex: evaluation.modifyIndex,
    CreateTime: evaluation.createdAt,
    ModifyTime: evaluation.modifiedAt,
  };
}
