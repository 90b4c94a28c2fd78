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

/** Why a job is pending. */
export type PendingKind =
  /** No client is ready, eligible and not draining. */
  | 'no-clients'
  /** Every client could hold it if it were empty enough. */
  | 'all-full'
  /** It needs more than any client that takes builds has. */
  | 'too-large'
  /** Every client is full or too small; which of them is not known. */
  | 'exhausted'
  /** Constraints leave every client out. */
  | 'constraint'
  /** Whole classes of clients are left out, and Nomad does not say by what. */
  | 'class-filtered'
  /** No client has the task's driver. */
  | 'driver-missing'
  /** Some clients are left out by constraints, the others are full. */
  | 'mixed'
  /** A quota is used up. */
  | 'quota'
  /** The job asks for a datacenter in which there is no client. */
  | 'unknown-datacenter'
  /** The job asks for a node pool in which there is no client. */
  | 'unknown-node-pool'
  /** The scheduler has not come to it yet, or waits until a moment. */
  | 'waiting'
  /** The scheduler gave up; it may have planned another try. */
  | 'scheduler-failed'
  /** Nomad knows of no evaluation. */
  | 'no-evaluation'
  /** Evaluations are there, and none of them says why. */
  | 'unexplained';

/** Why a job is pending, for people and for programs. */
export interface PendingReason {
  readonly kind: PendingKind;
  /** One sentence without a full stop. */
  readonly text: string;
  /** What would get it going; null where nothing has to be done or nothing is known. */
  readonly remedy: string | null;
  /** Whether more clients like those that are there would help; null where it is not known. */
  readonly moreClientsHelp: boolean | null;
  readonly details: PendingDetails;
}

/** The facts behind a {@link PendingReason}. */
export interface PendingDetails {
  /** The evaluation that says so; null where there is none. */
  readonly evaluationId: EvaluationId | null;
  readonly evaluatedAt: Date | null;
  readonly waitUntil: Date | null;
  readonly failure: PlacementFailure | null;
  /** What the task group asks for; null where the job was not read. */
  readonly asked: Resources | null;
  /** The most that one client which takes builds has, each on its own; null where not known. */
  readonly largest: { readonly cpuMhz: number; readonly memoryBytes: number } | null;
}

/** What a reason is worked out from. */
export interface PendingFacts {
  /** Of this job, in any order. */
  readonly evaluations: readonly Evaluation[];
  /** Null where the job was not read. */
  readonly taskGroups: readonly TaskGroup[] | null;
  readonly datacenters: readonly string[] | null;
  /** Null where the job was not read, and before Nomad 1.6. */
  readonly nodePool: string | null;
  /** All clients; null where they were not read. */
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
 * Says why a job is pending. The newest evaluation with placement failures tells, and it is current
 * only while some evaluation of the job is blocked (as in Nomad's command/monitor.go and
 * command/job_status.go). Without a blocked one the open or failed evaluations tell.
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
  // Of several task groups the one that more clients do not help holds the job back for longest.
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
