import type { Milliseconds } from '../../clock.ts';
import { formatDuration } from '../../units.ts';
import type { Stage } from '../stages.ts';
import type { BuildRecord, RecordKind, StageEvidence } from './build-facts.ts';
import { done, gap, type Slot } from './slot.ts';
import type { StepId } from './timeline.ts';

/** So long a stage may take before a build that did not leave it is late. */
const STAGE_PATIENCE: Milliseconds = 60_000;

/** Steps of one kind that are shown: after a restart a stage takes a build again. */
const MOST_OF_A_KIND = 3;

/** What records of a known kind are as steps. */
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

/** The step that stands for a stage of which nothing is seen. */
const WHOLE: Readonly<Record<Stage, StepId>> = {
  'legacy-dispatcher': 'legacy-forwarded',
  dispatcher: 'dispatcher-popped',
  schedulerer: 'schedulerer-got',
  'output-processor': 'output',
};

/**
 * A stage before Nomad, as its logs tell it: its steps, or a gap where they say nothing.
 *
 * @param task of a parallel build, null for what is about all of them
 * @param sinceMs how long ago the step before was; null where that is not known
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
  const told = records.some(({ kind }) => kinds[kind] !== undefined);
  return records.flatMap((record) => {
    const { kind } = record;
    const amount = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, amount);
    const most = kind === 'named' ? 1 : MOST_OF_A_KIND;
    if (amount > most) return [];
    if (kind === 'error') return [recordSlot(record, stage, task, 'error', record.message)];
    const known = kinds[kind];
    if (known) return [recordSlot(record, stage, task, ...known)];
    // Of what lies between the steps only words nobody knows are worth a line.
    return told ? [] : [recordSlot(record, stage, task, 'named', `logged: ${record.message}`)];
  });
}

/** The output-processor, which hears of a build while it runs, and at its end. */
export function outputSlots(
  evidence: StageEvidence,
  task: number | null,
): { readonly running: readonly Slot[]; readonly ended: readonly Slot[] } {
  const { stage } = evidence;
  const records = recordsOf(evidence, task);
  const first = records.find(({ kind }) => kind !== 'error' && kind !== 'ended');
  const end = records.findLast(({ kind }) => kind === 'ended');
  const errors = records.filter(({ kind }) => kind === 'error').slice(0, MOST_OF_A_KIND);
  return {
    // Records are in the order of time.
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

/** Which parallel tasks the logs of a stage name. */
export function tasksNamed(evidence: StageEvidence): readonly number[] {
  const tasks = recordsOf(evidence, null).map((record) => record.task);
  return tasks.filter((task) => task !== null);
}

/** Whether the logs of a stage tell of one kind of record. */
export function tells(evidence: StageEvidence, kind: RecordKind, task: number | null): boolean {
  return recordsOf(evidence, task).some((record) => record.kind === kind);
}

/** Records of one task, and of all of them; those of every task where none is given. */
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
  const { what, ...told } = silence(evidence, sinceMs);
  const step = { id: WHOLE[stage], place: stage, task, what } as const;
  return gap(step, { ...told, patienceMs: STAGE_PATIENCE, suspects: ['rabbitmq'] });
}

const UNNAMED = 'not in its log';

/** A moment that two clocks tell is the same within this. */
const SLACK: Milliseconds = 5_000;

/** Whether it is known that a stage did not take the build, and why nothing is seen of it. */
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
    return { absent: false, what: `its log could not be read: ${log.failure.message}` };
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

/** Whether a log has what was written so long ago. */
function reaches(reachesBackMs: Milliseconds | null, sinceMs: Milliseconds | null): boolean {
  return reachesBackMs !== null && (sinceMs === null || reachesBackMs + SLACK >= sinceMs);
}
