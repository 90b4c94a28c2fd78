import type { AllocationRecord, EvaluationRecord } from './records.ts';

/** The initial values of a new allocation. */
export function freshAllocation(
  at: bigint,
): Pick<
  AllocationRecord,
  | 'next'
  | 'desired'
  | 'desiredDescription'
  | 'migrate'
  | 'client'
  | 'clientDescription'
  | 'tasks'
  | 'modifiedAt'
  | 'createIndex'
  | 'modifyIndex'
  | 'allocModifyIndex'
  | 'occupies'
> {
  return {
    next: '',
    desired: 'run',
    desiredDescription: '',
    migrate: false,
    client: 'pending',
    clientDescription: '',
    tasks: null,
    modifiedAt: at,
    createIndex: 0,
    modifyIndex: 0,
    allocModifyIndex: 0,
    occupies: false,
  };
}

/** The initial values of a new evaluation. */
export function freshEvaluation(
  at: bigint,
): Omit<EvaluationRecord, 'id' | 'jobId' | 'type' | 'priority' | 'triggeredBy' | 'jobModifyIndex'> {
  return {
    nodeId: '',
    nodeModifyIndex: 0,
    createdAt: at,
    previousEval: '',
    classEligibility: null,
    status: 'pending',
    statusDescription: '',
    blockedEval: '',
    nextEval: '',
    failures: null,
    queued: null,
    snapshotIndex: 0,
    modifiedAt: at,
    createIndex: 0,
    modifyIndex: 0,
  };
}
