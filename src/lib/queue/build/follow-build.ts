import { diagnose } from '../diagnose.ts';
import type { JudgedFinding } from '../diagnosis.ts';
import type { GatherEvent } from '../gather/events.ts';
import { gather } from '../gather/gather.ts';
import { accessError } from '../snapshot/access-error.ts';
import { whyMissing } from '../snapshot/evidence.ts';
import type { QueueSnapshot } from '../snapshot/snapshot.ts';
import type { Pipeline } from '../stages.ts';
import type { BuildFacts, StepClock } from './build-facts.ts';
import type { BuildTarget } from './build-target.ts';
import { buildTimeline } from './build-timeline.ts';
import { pickFinding } from './pick-finding.ts';
import { type BuildOptions, type BuildSources, readBuild } from './read-build.ts';
import { significantOffset } from './settle.ts';
import type { Timeline } from './timeline.ts';

/** The result of following a build. */
export interface BuildReport extends Timeline {
  readonly installation: string;
  /** By this machine's clock. */
  readonly takenAt: Date;
  /** The pipeline variant of the installation, named after its first service. */
  readonly pipeline: Pipeline;
  /** Why it is stuck; null if it is not, or if no rule found a cause. */
  readonly finding: JudgedFinding | null;
  /** What could not be read, and clock offsets. */
  readonly notes: readonly string[];
}

/** An event while a build is followed; the last event is the report. */
export type FollowEvent =
  | Exclude<GatherEvent, { readonly kind: 'snapshot' }>
  | { readonly kind: 'report'; readonly report: BuildReport };

/**
 * Follows a build: gathers the evidence of a diagnosis, reads further back for this build, and
 * reports its timeline, and where and why it is stuck.
 *
 * @throws AdminError like {@link readBuild} and {@link accessError}; the reason of the operator's
 *   signal
 */
export async function* followBuild(
  target: BuildTarget,
  sources: BuildSources,
  options: BuildOptions,
): AsyncGenerator<FollowEvent, void> {
  const { signal, limitMs } = options;
  for await (const event of gather(sources, { signal, limitMs })) {
    if (event.kind !== 'snapshot') {
      yield event;
      continue;
    }
    const failure = accessError(event.snapshot);
    if (failure) throw failure;
    const facts = await readBuild(target, event.snapshot, sources, options);
    yield { kind: 'report', report: reportOf(facts, event.snapshot) };
  }
}

/** Returns the build's timeline, and the finding that explains where it is stuck. Pure. */
function reportOf(facts: BuildFacts, snapshot: QueueSnapshot): BuildReport {
  const timeline = buildTimeline(facts);
  const { build, stoppedAt } = timeline;
  const { chosen } = facts;
  return {
    ...timeline,
    installation: snapshot.installation,
    takenAt: snapshot.takenAt,
    pipeline: chosen.pipeline,
    finding: stoppedAt && pickFinding(diagnose(snapshot, chosen), build, stoppedAt),
    notes: [...facts.notes, ...chosen.notes, ...unread(facts), ...wrongClocks(facts)],
  };
}

function unread({ jobs, ui, stages }: BuildFacts): readonly string[] {
  const requested = [
    ['Nomad', jobs],
    ['the UI', ui],
    ...stages.map(({ name, log }) => [`the log of ${name}`, log] as const),
  ] as const;
  return requested.flatMap(([name, evidence]) => {
    if (evidence.status === 'known') return [];
    return [`${name} was not read: ${whyMissing(evidence)}`];
  });
}

function wrongClocks({ stages, serverClock, nomadClock }: BuildFacts): readonly string[] {
  const clocks = new Map<string, StepClock>([
    [serverClock.name, serverClock],
    [nomadClock.name, nomadClock],
  ]);
  for (const { log } of stages) {
    if (log.status !== 'known') continue;
    for (const { clock } of log.value.records) clocks.set(clock.name, clock);
  }
  return [...clocks.values()].flatMap(({ name, aheadMs }) => {
    if (aheadMs === null || significantOffset(aheadMs) === 0) return [];
    const seconds = Math.round(Math.abs(aheadMs) / 1_000);
    const direction = aheadMs > 0 ? 'ahead of' : 'behind';
    return [`the clock of ${name} is ${seconds} s ${direction} the clock of this machine`];
  });
}
