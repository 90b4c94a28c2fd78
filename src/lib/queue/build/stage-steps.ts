import type { Milliseconds } from '../../clock.ts';
import { formatDuration } from '../../units.ts';
import { whyMissing } from '../snapshot/evidence.ts';
import type { Stage } from '../stages.ts';
import type { BuildRecord, RecordKind, StageEvidence } from './build-facts.ts';
import { done, gap, type Slot } from './slot.ts';
import type { StepId } from './timeline.ts';

/** A build that stays in a stage for longer than this is late. */
const STAGE_PATIENCE: Milliseconds = 60_000;

/**
 * The maximum number of steps shown of one kind: a stage receives a build again after a restart.
 */
const MAX_PER_KIND = 3;

/** The step ID and the text for records of each known kind. */
const STEPS: Readonly<Record<Stage, Partial<Record<RecordKind, readonly [StepId, string]>>>> = {
  'legacy-dispatcher': {
    got: ['legacy-got', 'received it'],
    forwarded: ['legacy-forwarded', 'forwarded it to the run queue'],
  },
  dispatcher: {
    popped: ['dispatcher-popped', 'received it from the build queue'],
    computed: ['dispatcher-computed', 'computed its tasks'],
  },
  schedulerer: {
    got: ['schedulerer-got', 'received its task'],
    posting: ['schedulerer-posting', 'posting it to Nomad'],
    posted: ['schedulerer-posted', 'posted it to Nomad'],
  },
  'output-processor': {},
};

/** The step that represents a stage without records. */
const STAGE_STEP: Readonly<Record<Stage, StepId>> = {
  'legacy-dispatcher': 'legacy-forwarded',
  dispatcher: 'dispatcher-popped',
  schedulerer: 'schedulerer-got',
  'output-processor': 'output',
};

/**
 * Returns the slots of a stage before Nomad according to its logs; a gap if they have no records.
 *
 * @param task index of a parallel task; null for records about all tasks
 * @param sinceMs age of the previous step; null if unknown
 */
export function stageSlots(
  evidence: StageEvidence,
  task: number | null,
  sinceMs: Milliseconds | null,
): readonly Slot[] {
  const { stage } = evidence;
  const records = recordsOf(evidence, task);
  if (records.length === 0) return [stageGap(evidence, task, sinceMs)];
  const kinds = STEPS[stage];
  const seen = new Map<RecordKind, number>();
  const hasKnownKind = records.some(({ kind }) => kinds[kind] !== undefined);
  return records.flatMap((record) => {
    const { kind } = record;
    const amount = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, amount);
    const limit = kind === 'named' ? 1 : MAX_PER_KIND;
    if (amount > limit) return [];
    if (kind === 'error') return [recordSlot(record, stage, task, 'error', record.message)];
    const known = kinds[kind];
    if (known) return [recordSlot(record, stage, task, ...known)];
    // Records with an unknown wording are shown only if there are no known ones.
    return hasKnownKind
      ? []
      : [recordSlot(record, stage, task, 'named', `logged: ${record.message}`)];
  });
}

/**
 * Returns the slots of the output-processor, which is involved while a build runs and at its end.
 */
export function outputSlots(
  evidence: StageEvidence,
  task: number | null,
): { readonly running: readonly Slot[]; readonly ended: readonly Slot[] } {
  const { stage } = evidence;
  const records = recordsOf(evidence, task);
  const first = records.find(({ kind }) => kind !== 'error' && kind !== 'ended');
  const end = records.findLast(({ kind }) => kind === 'ended');
  const errors = records.filter(({ kind }) => kind === 'error').slice(0, MAX_PER_KIND);
  return {
    // Records are in chronological order.
    running: records.flatMap((record) => {
      if (record === first)
        return [recordSlot(record, stage, task, 'output', 'received its output')];
      return errors.includes(record)
        ? [recordSlot(record, stage, task, 'error', record.message)]
        : [];
    }),
    ended: end ? [recordSlot(end, stage, task, 'output-ended', 'received its end')] : [],
  };
}

/** Returns the parallel tasks that the logs of a stage name. */
export function tasksNamed(evidence: StageEvidence): readonly number[] {
  const tasks = recordsOf(evidence, null).map((record) => record.task);
  return tasks.filter((task) => task !== null);
}

/** Returns whether the logs of a stage contain a record of this kind. */
export function hasRecord(evidence: StageEvidence, kind: RecordKind, task: number | null): boolean {
  return recordsOf(evidence, task).some((record) => record.kind === kind);
}

/** Returns the records about a task and about all tasks; all records if no task is given. */
function recordsOf({ log }: StageEvidence, task: number | null): readonly BuildRecord[] {
  if (log.status !== 'known') return [];
  const { records } = log.value;
  if (task === null) return records;
  return records.filter((record) => record.task === null || record.task === task);
}

function recordSlot(
  { at, clock, line }: BuildRecord,
  stage: Stage,
  task: number | null,
  id: StepId,
  what: string,
): Slot {
  return done({ id, place: stage, where: line.pod, at, clock, what, task, evidence: line });
}

function stageGap(
  evidence: StageEvidence,
  task: number | null,
  sinceMs: Milliseconds | null,
): Slot {
  const { stage } = evidence;
  const { what, ...rest } = silence(evidence, sinceMs);
  const step = { id: STAGE_STEP[stage], place: stage, task, what } as const;
  return gap(step, { ...rest, patienceMs: STAGE_PATIENCE, suspects: ['rabbitmq'] });
}

const UNNAMED = 'not in its log';

/** The tolerance when comparing times of two clocks. */
const CLOCK_TOLERANCE: Milliseconds = 5_000;

/**
 * Returns whether a stage is known not to have received the build, and why it has no records of it.
 */
function silence(
  { name, log, ready }: StageEvidence,
  sinceMs: Milliseconds | null,
): { readonly absent: boolean; readonly what: string; readonly passed?: string } {
  if (ready === false) {
    const there = log.status === 'known' && reaches(log.value.reachesBackMs, sinceMs);
    const passed = there ? UNNAMED : 'the pod of that time is gone, and its log too';
    return { absent: true, what: `no pod of ${name} is ready`, passed };
  }
  if (log.status === 'not-asked')
    return { absent: false, what: `its log was not read: ${log.why}` };
  if (log.status === 'failed') {
    return { absent: false, what: `its log could not be read: ${whyMissing(log)}` };
  }
  const { reachesBackMs } = log.value;
  if (reachesBackMs === null) {
    return { absent: false, what: `${UNNAMED} (which was read in part)` };
  }
  if (!reaches(reachesBackMs, sinceMs)) {
    const back = formatDuration(reachesBackMs);
    return { absent: false, what: `${UNNAMED}, which starts only ${back} ago` };
  }
  return { absent: true, what: UNNAMED };
}

/** Returns whether a log is complete for this long. */
function reaches(reachesBackMs: Milliseconds | null, sinceMs: Milliseconds | null): boolean {
  return reachesBackMs !== null && (sinceMs === null || reachesBackMs + CLOCK_TOLERANCE >= sinceMs);
}
