import type { Milliseconds } from '../../clock.ts';
import type { JobAllocation, JobReport } from '../../nomad/jobs/job-report.ts';
import { explainFailure } from '../../nomad/jobs/placement-failure.ts';
import type { Evaluation } from '../../nomad/model.ts';
import { shortId } from '../../nomad/quantities.ts';
import type { StepClock } from './build-facts.ts';
import { clientClock } from './client-clock.ts';
import { done, gap, type Slot } from './slot.ts';

/**
 * An evaluation takes milliseconds. Without an evaluation that says why, a job counts as late only
 * after this time.
 */
const PLACE_PATIENCE: Milliseconds = 30_000;
/** A client fetches what a task needs before it starts the task. */
const START_PATIENCE: Milliseconds = 120_000;
/** How many of the first and of the last evaluations are shown. */
const EVALUATIONS_AT_EACH_END = 3;

/** The task events that report problems (Nomad's api/tasks.go, TaskDriverFailure and others). */
const TROUBLE = /fail|restart|oom/i;

interface Item {
  readonly at: number;
  readonly slots: readonly Slot[];
}

/**
 * Returns the slots of a parallel task in Nomad: the job, its evaluations and its placements, in
 * order.
 */
export function jobSlots(
  { job, allocations, evaluations }: JobReport,
  task: number | null,
  nomad: StepClock,
): readonly Slot[] {
  const placed = [...allocations].reverse();
  const items: Item[] = [
    ...shownEvaluations(evaluations).map((evaluation) => ({
      at: evaluation.createdAt?.getTime() ?? 0,
      slots: [evaluationSlot(evaluation, task, nomad)],
    })),
    ...placed.map((allocation, index) => ({
      at: allocation.placedAt?.getTime() ?? 0,
      slots: allocationSlots(allocation, { task, placement: index + 1 }, nomad),
    })),
  ];
  // Times of the same clock; the sort is stable, so an evaluation precedes its placement.
  items.sort((a, b) => a.at - b.at);
  return [
    done({
      id: 'registered',
      place: 'nomad',
      at: job.submittedAt,
      clock: nomad,
      what: 'Nomad has its job',
      where: job.id,
      task,
    }),
    ...items.flatMap(({ slots }) => slots),
    ...nextPlacement(job, placed.at(-1), task),
  ];
}

/** Returns whether a job has ended for good, that is, Nomad does not run it again. */
export function hasEnded({ job, allocations }: JobReport): boolean {
  const [newest] = allocations;
  if (job.status === 'pending' || job.status === 'running') {
    if (newest === undefined || isPlacedAgain(job, newest)) return false;
    return ['completed', 'failed', 'stopped'].includes(newest.outcome);
  }
  return !newest || !['pending', 'running', 'unknown'].includes(newest.outcome);
}

/** Returns whether a drain or a lost client ended the job and Nomad does not run it again. */
export function wasLostWithClient(report: JobReport): boolean {
  const [newest] = report.allocations;
  return newest !== undefined && hasEnded(report) && isTaken(newest);
}

/** Returns whether the job was stopped before it ended by itself. */
export function wasStopped(report: JobReport): boolean {
  const { job, allocations } = report;
  const [newest] = allocations;
  if (!hasEnded(report)) return false;
  return newest === undefined ? job.stopped : newest.outcome === 'stopped';
}

/**
 * Returns whether Nomad has to place the job again: its allocation was taken, or failed and is
 * retried.
 */
function isPlacedAgain({ status }: JobReport['job'], newest: JobAllocation): boolean {
  return isTaken(newest) || (newest.outcome === 'failed' && status === 'pending');
}

function isTaken({ outcome }: JobAllocation): boolean {
  return outcome === 'killed-by-drain' || outcome === 'lost';
}

/**
 * Returns the evaluations to show, oldest first. A blocked evaluation without failures is left out:
 * the one before it has the reason.
 */
function shownEvaluations(evaluations: readonly Evaluation[]): readonly Evaluation[] {
  const all = [...evaluations]
    .reverse()
    .filter(({ status, failures }) => status !== 'blocked' || failures.length > 0);
  const ends = EVALUATIONS_AT_EACH_END;
  return all.length <= 2 * ends ? all : [...all.slice(0, ends), ...all.slice(-ends)];
}

function evaluationSlot(evaluation: Evaluation, task: number | null, clock: StepClock): Slot {
  return done({
    id: 'evaluated',
    place: 'jobs',
    where: shortId(evaluation.id),
    at: evaluation.createdAt,
    clock,
    what: [causeOf(evaluation), ...resultOf(evaluation)].join(': '),
    task,
  });
}

/** Describes what triggered an evaluation (Nomad's structs.go, EvalTrigger...). */
function causeOf({ triggeredBy }: Evaluation): string {
  switch (triggeredBy) {
    case 'job-register':
      return 'evaluated';
    case 'queued-allocs':
      return 'evaluated again after a change of clients';
    default:
      return `evaluated again (${triggeredBy})`;
  }
}

/** Describes the result of an evaluation; empty on success. */
function resultOf({ status, statusDescription, failures, waitUntil }: Evaluation) {
  const [failure] = failures;
  if (failure) {
    const facts = { taskGroups: null, datacenters: null, nodePool: null, nodes: null };
    return [`not placed: ${explainFailure(failure, facts).text}`];
  }
  if (status === 'complete') return [];
  if (status === 'pending') return [waitUntil ? `waits until ${waitUntil.toISOString()}` : 'waits'];
  return statusDescription === null ? [status] : [status, statusDescription];
}

function allocationSlots(
  allocation: JobAllocation,
  which: { readonly task: number | null; readonly placement: number },
  nomad: StepClock,
): readonly Slot[] {
  const name = allocation.nodeName ?? shortId(allocation.nodeId);
  const where = { ...which, where: name };
  const again = which.placement > 1 ? ' again' : '';
  const event = (type: string) => allocation.events.find((one) => one.type === type);
  const received = event('Received');
  const clock = clientClock(name, allocation.placedAt, received?.at ?? null, nomad);
  const started = event('Started');
  const startedAt = started?.at ?? allocation.startedAt;
  const at = (moment: Date | null | undefined) => ({ at: moment ?? null, clock });
  const slots = [
    done({
      id: 'placed',
      place: 'jobs',
      ...where,
      at: allocation.placedAt,
      clock: nomad,
      what: `placed${again} on ${name}`,
    }),
  ];
  if (received) {
    slots.push(
      done({
        id: 'received',
        place: 'clients',
        ...where,
        ...at(received.at),
        what: `${received.task}: received`,
      }),
    );
  }
  const troubles = allocation.events.filter(({ type }) => TROUBLE.test(type));
  const errorSlot = ({ task: name, type, message, at: moment }: (typeof troubles)[number]) =>
    done({
      id: 'error',
      place: 'clients',
      ...where,
      ...at(moment),
      what: `${name}: ${type}: ${message}`,
    });
  const isBefore = ({ at: moment }: (typeof troubles)[number]): boolean =>
    !startedAt || (moment !== null && moment < startedAt);
  slots.push(...troubles.filter(isBefore).map(errorSlot));
  if (started || startedAt) {
    const what = `${started?.task ?? 'its task'}: started`;
    slots.push(done({ id: 'started', place: 'clients', ...where, ...at(startedAt), what }));
  } else if (allocation.outcome === 'pending') {
    const what = `its task cannot start on ${name}`;
    const about = { absent: true, patienceMs: START_PATIENCE };
    slots.push(gap({ id: 'started', place: 'clients', ...where, what }, about));
  }
  slots.push(...troubles.filter((trouble) => !isBefore(trouble)).map(errorSlot));
  return [...slots, ...endSlots(allocation, name, { ...where, clock })];
}

function endSlots(
  allocation: JobAllocation,
  name: string,
  where: {
    readonly where: string;
    readonly clock: StepClock;
    readonly task: number | null;
    readonly placement: number;
  },
): readonly Slot[] {
  const step = { id: 'finished', place: 'clients', ...where } as const;
  const { outcome, finishedAt: at } = allocation;
  if (outcome === 'pending') return [];
  if (outcome === 'running') {
    const about = { absent: true, patienceMs: Number.POSITIVE_INFINITY };
    return [gap({ ...step, what: `runs on ${name}` }, about)];
  }
  if (outcome === 'unknown') {
    const what = `Nomad has lost contact with ${name}: state unknown`;
    return [gap({ ...step, what }, { absent: true, patienceMs: 0, suspects: ['nomad'] })];
  }
  return [done({ ...step, at, what: endText(allocation) })];
}

function endText({ outcome, exitCode, signal, clientDescription }: JobAllocation): string {
  const exit = exitCode === null ? '' : `, exit code ${exitCode}`;
  const by = signal === null ? '' : `, signal ${signal}`;
  switch (outcome) {
    case 'completed':
      return `complete${exit}${by}`;
    case 'killed-by-drain':
      return `killed by a drain of its client${exit}${by}`;
    case 'lost':
      return `lost${clientDescription ? `: ${clientDescription}` : ' with its client'}`;
    default:
      return `${outcome}${exit}${by}`;
  }
}

/** Returns the gap of the next placement, the first or a later one, if there has to be one. */
function nextPlacement(
  job: JobReport['job'],
  newest: JobAllocation | undefined,
  task: number | null,
): readonly Slot[] {
  if (newest && !isPlacedAgain(job, newest)) return [];
  const step = { id: 'placed', place: 'jobs', task } as const;
  const suspects = ['clients', 'nomad'] as const;
  if (job.status === 'pending' || job.status === 'running') {
    const { pending } = job;
    const why = pending?.text ?? 'Nomad has not placed it yet';
    const waits = pending === null || ['waiting', 'no-evaluation'].includes(pending.kind);
    const about = { absent: true, patienceMs: waits ? PLACE_PATIENCE : 0, suspects };
    return [gap({ ...step, what: `not placed: ${why}` }, about)];
  }
  if (!newest) {
    const what = job.stopped
      ? 'stopped before it was placed'
      : 'ended; Nomad has removed its allocations';
    return [done({ ...step, id: 'finished', what })];
  }
  const what = 'not restarted by Nomad';
  return [gap({ ...step, what }, { absent: true, patienceMs: 0, suspects })];
}
