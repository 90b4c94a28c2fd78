import type {
  Evaluation,
  EvaluationId,
  NomadNode,
  PlacementFailure,
  Resources,
  TaskGroup,
} from '../model.ts';
import { newestFirst, newestWithFailures } from './evaluation-order.ts';
import { explainFailure } from './placement-failure.ts';

/** The kind of reason why a job is pending. */
export type PendingKind =
  /** No client is ready, eligible and not draining. */
  | 'no-clients'
  /** Every client is large enough, but has too little free capacity. */
  | 'all-full'
  /** The job requires more than any client that accepts builds has. */
  | 'too-large'
  /** Every client is full or too small; it is unknown which. */
  | 'exhausted'
  /** Constraints filter out every client. */
  | 'constraint'
  /** Whole classes of clients are filtered out, and Nomad does not report by what. */
  | 'class-filtered'
  /** No client has the driver of the task. */
  | 'driver-missing'
  /** Some clients are filtered out by constraints, the others are full. */
  | 'mixed'
  /** A quota is exhausted. */
  | 'quota'
  /** The job requires a datacenter without clients. */
  | 'unknown-datacenter'
  /** The job requires a node pool without clients. */
  | 'unknown-node-pool'
  /** The scheduler has not processed the job yet, or waits until a set time. */
  | 'waiting'
  /** The scheduler gave up; it may have scheduled another attempt. */
  | 'scheduler-failed'
  /** Nomad has no evaluation of the job. */
  | 'no-evaluation'
  /** There are evaluations, but none contains a reason. */
  | 'unexplained';

/** The reason why a job is pending. */
export interface PendingReason {
  readonly kind: PendingKind;
  /** A sentence without a full stop. */
  readonly text: string;
  /** What to do about it; null if nothing has to be done, or nothing is known. */
  readonly remedy: string | null;
  /** Whether more clients like the existing ones help; null if unknown. */
  readonly moreClientsHelp: boolean | null;
  readonly details: PendingDetails;
}

/** The facts behind a {@link PendingReason}. */
export interface PendingDetails {
  /** The evaluation that contains the reason; null if there is none. */
  readonly evaluationId: EvaluationId | null;
  readonly evaluatedAt: Date | null;
  readonly waitUntil: Date | null;
  readonly failure: PlacementFailure | null;
  /** The resources that the task group requires; null if the job was not read. */
  readonly asked: Resources | null;
  /**
   * The largest CPU and the largest memory among the clients that accept builds, each on its own;
   * null if unknown.
   */
  readonly largest: { readonly cpuMhz: number; readonly memoryBytes: number } | null;
}

/** The facts from which the reason is determined. */
export interface PendingFacts {
  /** The evaluations of the job, in any order. */
  readonly evaluations: readonly Evaluation[];
  /** Null if the job was not read. */
  readonly taskGroups: readonly TaskGroup[] | null;
  readonly datacenters: readonly string[] | null;
  /** Null if the job was not read, and before Nomad 1.6. */
  readonly nodePool: string | null;
  /** All clients; null if they were not read. */
  readonly nodes: readonly NomadNode[] | null;
}

const NO_DETAILS: PendingDetails = {
  evaluationId: null,
  evaluatedAt: null,
  waitUntil: null,
  failure: null,
  asked: null,
  largest: null,
};

/**
 * Determines why a job is pending. The reason is in the newest evaluation with placement failures,
 * which is current only while an evaluation of the job is blocked (as in Nomad's command/monitor.go
 * and command/job_status.go). Without a blocked evaluation, the reason is in the open or failed
 * ones.
 */
export function explainPending(facts: PendingFacts): PendingReason {
  const evaluations = newestFirst(facts.evaluations);
  const blocked = evaluations.find((evaluation) => evaluation.status === 'blocked');
  if (blocked) return explainBlocked(blocked, evaluations, facts);
  const open = evaluations.find((evaluation) => evaluation.status === 'pending');
  if (open) return explainOpen(open, evaluations);
  const newest = evaluations[0];
  if (newest?.status === 'failed') return schedulerFailed(newest, null);
  return newest ? unexplained(newest) : NO_EVALUATION;
}

function explainBlocked(
  blocked: Evaluation,
  evaluations: readonly Evaluation[],
  facts: PendingFacts,
): PendingReason {
  if (blocked.triggeredBy === 'max-plan-attempts') {
    const failed = evaluations.find((evaluation) => evaluation.id === blocked.previousEvaluation);
    return schedulerFailed(failed ?? blocked, null);
  }
  const telling = newestWithFailures(evaluations);
  if (!telling) return unexplained(blocked);
  const [first, ...others] = telling.failures.map((failure) => explainFailure(failure, facts));
  if (!first) return unexplained(blocked);
  // Of several task groups, one that more clients do not help delays the job longest.
  const worst = others.reduce(
    (a, b) => (a.moreClientsHelp !== false && b.moreClientsHelp === false ? b : a),
    first,
  );
  return { ...worst, details: { ...NO_DETAILS, ...detailsOf(telling), ...worst.details } };
}

function explainOpen(open: Evaluation, evaluations: readonly Evaluation[]): PendingReason {
  if (open.triggeredBy === 'failed-follow-up') {
    const failed = evaluations.find((evaluation) => evaluation.id === open.previousEvaluation);
    return schedulerFailed(failed ?? open, open.waitUntil);
  }
  const until = open.waitUntil ? `until ${open.waitUntil.toISOString()} ` : '';
  return {
    kind: 'waiting',
    text: open.waitUntil
      ? `Nomad waits ${until}before it tries to place the job`
      : 'Nomad has not tried to place the job yet: its evaluation is queued',
    remedy: open.waitUntil
      ? null
      : 'If this continues, check that Nomad has a leader, and that its eval broker is not paused: circleci-admin nomad cli -- operator scheduler get-config',
    moreClientsHelp: null,
    details: { ...NO_DETAILS, ...detailsOf(open) },
  };
}

function schedulerFailed(evaluation: Evaluation, retryAt: Date | null): PendingReason {
  const why = evaluation.statusDescription ? `: ${evaluation.statusDescription}` : '';
  const next = retryAt ? `; next try at ${retryAt.toISOString()}` : '';
  return {
    kind: 'scheduler-failed',
    text: `Nomad's scheduler failed to place the job${why}${next}`,
    remedy: "See the Nomad server's log: circleci-admin nomad cli -- monitor",
    moreClientsHelp: null,
    details: { ...NO_DETAILS, ...detailsOf(evaluation), waitUntil: retryAt },
  };
}

function unexplained(evaluation: Evaluation): PendingReason {
  const text =
    evaluation.status === 'blocked'
      ? 'Nomad waits for capacity; the evaluation with the reason was removed'
      : `The newest evaluation is ${evaluation.status}, and none is blocked now`;
  return {
    kind: 'unexplained',
    text,
    remedy: null,
    moreClientsHelp: null,
    details: { ...NO_DETAILS, ...detailsOf(evaluation) },
  };
}

const NO_EVALUATION: PendingReason = {
  kind: 'no-evaluation',
  text: 'Nomad has no evaluation of the job: it has not tried to place it, or the evaluation was removed',
  remedy: null,
  moreClientsHelp: null,
  details: NO_DETAILS,
};

function detailsOf(
  evaluation: Evaluation,
): Pick<PendingDetails, 'evaluationId' | 'evaluatedAt' | 'waitUntil'> {
  return {
    evaluationId: evaluation.id,
    evaluatedAt: evaluation.modifiedAt ?? evaluation.createdAt,
    waitUntil: evaluation.waitUntil,
  };
}
