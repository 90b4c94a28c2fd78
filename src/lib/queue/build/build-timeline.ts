import type { Milliseconds } from '../../clock.ts';
import type { JobReport } from '../../nomad/jobs/job-report.ts';
import type { RecentBuild } from '../../server/admin-api.ts';
import { known, whyMissing } from '../snapshot/evidence.ts';
import type { BuildFacts, StageEvidence } from './build-facts.ts';
import { hasEnded, jobSlots, wasLostWithClient, wasStopped } from './job-steps.ts';
import { tasksCounted, tasksSeen } from './known-tasks.ts';
import { ageOfNewest, type SettledTrack, settle } from './settle.ts';
import { done, gap, type Slot } from './slot.ts';
import { hasRecord, outputSlots, stageSlots } from './stage-steps.ts';
import { withTimes } from './step-times.ts';
import type { BuildState, Timeline, TimelineStep } from './timeline.ts';
import { endedInUi, queuedSlots, shownEnded, shownRunning, startedInUi } from './ui-steps.ts';

/** The track of one parallel task. */
interface Track {
  /** Null if the build has a single task. */
  readonly task: number | null;
  readonly job: JobReport | null;
}

/**
 * Nomad removes dead jobs after 4 hours (`job_gc_threshold`): a missing job is no proof afterwards.
 */
const FORGOTTEN_AFTER: Milliseconds = 3.5 * 3_600_000;
/** Posting a job and registering it are a single request. */
const REGISTER_PATIENCE: Milliseconds = 30_000;

/** Computes the build's timeline, and where it is stuck. Pure. */
export function buildTimeline(facts: BuildFacts): Timeline {
  const ui = known(facts.ui);
  const shared = sharedSlots(facts, ui);
  const tracks = tracksOf(facts);
  const only = tracks.length === 1;
  // The UI shows a build as ended with its last task, including tasks that are not shown here.
  const allEnded =
    tracks.every(({ job }) => job !== null) && (known(facts.jobs) ?? []).every(hasEnded);
  const settledTracks = tracks.map((track) => {
    // The UI's state "running" is no evidence for one of several tasks that Nomad does not have.
    const isOther = track.job === null && tasksCounted(facts).length > 1;
    const shown = only && !isOther ? shownRunning(ui, facts.serverClock) : [];
    const taken = track.job !== null && wasLostWithClient(track.job);
    // A killed build that the UI does not show as ended is not stuck because of the UI.
    const endExpected = !taken || (ui !== null && endedInUi(ui));
    const end = only && allEnded && endExpected ? shownEnded(ui, facts.serverClock) : [];
    const lost = lostInNomad(facts, track, ui);
    const own = trackSlots(facts, track, { shared, shown });
    return settle([...shared, ...own, ...end, ...lost], facts.now);
  });
  const [first] = settledTracks;
  const head = first?.steps.slice(0, shared.length) ?? [];
  const common = withTimes(head, facts.now);
  const lastShared = head.findLast(({ step, state }) => state === 'done' && step.at)?.step ?? null;
  const steps = settledTracks.flatMap((track) =>
    withTimes(track.steps.slice(shared.length), facts.now, lastShared),
  );
  const ends = only ? { steps: [], stoppedAt: null } : uiOfSeveral(facts, ui, allEnded, tracks);
  const stops = [...settledTracks.map(({ stoppedAt }) => stoppedAt), ends.stoppedAt];
  return {
    build: facts.build,
    state: stateOf(facts, tracks, settledTracks, ui),
    steps: [...common, ...steps, ...ends.steps],
    stoppedAt: stops.find((stop) => stop !== null) ?? null,
  };
}

/** Returns the slots that the parallel tasks share: the UI's queue and the dispatchers. */
function sharedSlots(facts: BuildFacts, ui: RecentBuild | null): readonly Slot[] {
  const slots: Slot[] = [...queuedSlots(ui, facts.serverClock)];
  for (const evidence of facts.stages) {
    if (evidence.stage === 'schedulerer' || evidence.stage === 'output-processor') continue;
    slots.push(...stageSlots(evidence, null, ageOfNewest(slots, facts.now)));
  }
  return slots;
}

/**
 * Returns the tracks of the tasks in Nomad and in schedulerer's log. If there are any, also those
 * of all tasks that the UI counts; until then the tasks are still on their common track.
 */
function tracksOf(facts: BuildFacts): readonly Track[] {
  const { build, jobs, stages } = facts;
  const reports = known(jobs) ?? [];
  const seen = tasksSeen({ jobs, stages: stages.filter(({ stage }) => stage === 'schedulerer') });
  const tasks = new Set([...seen, ...(seen.size > 0 ? tasksCounted(facts) : [])]);
  const wanted = [...tasks].filter((task) => build.task === null || task === build.task);
  if (wanted.length === 0) return [{ task: build.task, job: null }];
  return wanted
    .sort((a, b) => a - b)
    .map((task) => ({
      task: tasks.size === 1 && task === 0 ? null : task,
      job: reports.find(({ job }) => (job.taskIndex ?? 0) === task) ?? null,
    }));
}

/** Returns a task's slots from the schedulerer on, including its running state in the UI. */
function trackSlots(
  facts: BuildFacts,
  { task, job }: Track,
  { shared, shown }: { readonly shared: readonly Slot[]; readonly shown: readonly Slot[] },
): readonly Slot[] {
  const { now, nomadClock } = facts;
  const stage = (name: StageEvidence['stage']) => facts.stages.find((one) => one.stage === name);
  const schedulerer = stage('schedulerer');
  const posted: readonly Slot[] = schedulerer
    ? stageSlots(schedulerer, task, ageOfNewest(shared, now))
    : [];
  const inNomad = job
    ? jobSlots(job, task, nomadClock)
    : notInNomad(facts, task, ageOfNewest([...shared, ...posted], now));
  const output = stage('output-processor');
  const reported = output ? outputSlots(output, task) : { running: [], ended: [] };
  const isStart = ({ step, gap: open }: Slot): boolean => step.id === 'started' && open === null;
  // A step that came, came after the first start; a missing one is missing since the last start.
  const ran = inNomad.some(isStart) || reported.running.length > 0;
  const late = shown.filter(({ gap: open }) => open !== null && ran);
  const first = inNomad.findIndex(isStart) + 1 || inNomad.length;
  const last = inNomad.findLastIndex(isStart) + 1 || inNomad.length;
  return [
    ...posted,
    ...inNomad.slice(0, first),
    ...reported.running,
    ...shown.filter(({ gap: open }) => open === null),
    ...inNomad.slice(first, last),
    ...late,
    ...inNomad.slice(last),
    ...reported.ended,
  ];
}

/** Returns the gap where Nomad should have the job. */
function notInNomad(
  { jobs, stages }: BuildFacts,
  task: number | null,
  sinceMs: Milliseconds | null,
): readonly Slot[] {
  const schedulerer = stages.find(({ stage }) => stage === 'schedulerer');
  const step = { id: 'registered', place: 'nomad', task } as const;
  const about = { patienceMs: REGISTER_PATIENCE, suspects: ['schedulerer'] as const };
  const failed = schedulerer !== undefined && hasRecord(schedulerer, 'error', task);
  const wasPosted = schedulerer !== undefined && hasRecord(schedulerer, 'posted', task);
  if (failed && !wasPosted) {
    const what = 'not posted to Nomad';
    const posting = { id: 'schedulerer-posted', place: 'schedulerer', task } as const;
    return [gap({ ...posting, what }, { ...about, absent: true, patienceMs: 0 })];
  }
  if (jobs.status !== 'known') {
    const what = `Nomad could not be read: ${whyMissing(jobs)}`;
    return [gap({ ...step, what }, { ...about, absent: false })];
  }
  const forgotten = sinceMs !== null && sinceMs > FORGOTTEN_AFTER;
  if (forgotten) {
    const what = 'Nomad has no job for it; ended jobs are removed after some hours';
    return [gap({ ...step, what }, { ...about, absent: false })];
  }
  return [gap({ ...step, what: 'Nomad has no job for it' }, { ...about, absent: true })];
}

/** Returns the gap of a build that is running in the UI, but has no job in Nomad any more. */
function lostInNomad(
  { jobs, now, serverClock }: BuildFacts,
  { task, job }: Track,
  ui: RecentBuild | null,
): readonly Slot[] {
  if (job !== null || ui === null || !startedInUi(ui)) return [];
  if (endedInUi(ui)) return shownEnded(ui, serverClock);
  const what = `the UI shows it as ${ui.status ?? 'running'}, but Nomad has no such job`;
  const suspects = ['nomad', 'server'] as const;
  // If a build runs for hours, one of its tasks may have ended and been removed before the others.
  const ageMs = ageOfNewest(queuedSlots(ui, serverClock), now);
  const absent = jobs.status === 'known' && (ageMs === null || ageMs <= FORGOTTEN_AFTER);
  return [
    gap(
      { id: 'finished', place: 'output-processor', task, what },
      { absent, patienceMs: 120_000, suspects },
    ),
  ];
}

/** Returns the UI's steps of a build with several tasks, which follow all their tracks. */
function uiOfSeveral(
  { now, serverClock }: BuildFacts,
  ui: RecentBuild | null,
  allEnded: boolean,
  tracks: readonly Track[],
): { readonly steps: readonly TimelineStep[]; readonly stoppedAt: Timeline['stoppedAt'] } {
  const starts = tracks.flatMap(({ job }) => job?.job.startedAt?.getTime() ?? []);
  if (ui === null || starts.length === 0) return { steps: [], stoppedAt: null };
  const ends = tracks.flatMap(({ job }) => job?.job.finishedAt?.getTime() ?? []);
  const clock = { name: 'client', aheadMs: null };
  const moment = (at: number, id: 'started' | 'finished') =>
    done({ id, place: 'clients', at: new Date(at), clock, what: '' });
  const reached = allEnded
    ? moment(Math.max(...ends, ...starts), 'finished')
    : moment(Math.min(...starts), 'started');
  const shown = shownRunning(ui, serverClock);
  const slots = allEnded
    ? [...shown.filter((slot) => slot.gap === null), ...shownEnded(ui, serverClock)]
    : shown;
  const track = settle([reached, ...slots], now);
  return { steps: withTimes(track.steps.slice(1), now, reached.step), stoppedAt: track.stoppedAt };
}

function stateOf(
  facts: BuildFacts,
  tracks: readonly Track[],
  settledTracks: readonly SettledTrack[],
  ui: RecentBuild | null,
): BuildState {
  const jobs = tracks.flatMap(({ job }) => job ?? []);
  if (jobs.some(wasLostWithClient)) return 'killed';
  const live = jobs.filter((job) => !hasEnded(job));
  if (live.some(({ allocations: [newest] }) => newest?.outcome === 'running')) return 'running';
  if (live.some(({ allocations: [newest] }) => newest?.outcome === 'unknown')) return 'unknown';
  if (live.length > 0) return 'pending';
  if (jobs.some(wasStopped)) return 'stopped';
  if (jobs.length > 0 && jobs.length === tracks.length) return 'finished';
  if (ui !== null && endedInUi(ui)) return 'finished';
  if (settledTracks.some(({ stoppedAt }) => stoppedAt !== null)) return 'lost';
  if (ui !== null && startedInUi(ui) && facts.jobs.status !== 'known') return 'running';
  return settledTracks.some(({ waits }) => waits) ? 'queued' : 'unknown';
}
