import type { Milliseconds } from '../clock.ts';
import { diagnoseFacts } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { QueueFacts } from './facts/facts.ts';
import { factsOf } from './facts/facts-of.ts';
import { ageAt, serverNow } from './facts/moments.ts';
import { uiStateOf } from './facts/ui-state.ts';
import { UNDECIDED } from './finding.ts';
import { follow, type GatherPart } from './gather/events.ts';
import { gather } from './gather/gather.ts';
import type { GatherOptions, QueueSources } from './gather/sources.ts';
import { accessError } from './snapshot/access-error.ts';
import type { QueueSnapshot } from './snapshot/snapshot.ts';

/** A snapshot and its diagnosis. */
export interface QueueInspection {
  readonly snapshot: QueueSnapshot;
  /** The facts derived from the snapshot, kept because reading the logs is slow. */
  readonly facts: QueueFacts;
  readonly diagnosis: Diagnosis;
}

/** How far back logs are read at most, unless the operator requests more. */
const MAX_WINDOW: Milliseconds = 6 * 3_600_000;
/** The events that led to a queued build are slightly older than the build. */
const WINDOW_MARGIN: Milliseconds = 300_000;

/**
 * Gathers the evidence and diagnoses it. If the UI shows builds that were queued before the log
 * window and that no finding explains, repeats this with a longer window.
 *
 * @param onWaiting called with the unanswered parts, whenever they change
 * @throws AdminError as {@link gather}, and {@link accessError}
 */
export async function inspectQueue(
  sources: QueueSources,
  options: GatherOptions,
  onWaiting: (parts: readonly GatherPart[]) => void = () => undefined,
): Promise<QueueInspection> {
  const first = await inspectOnce(sources, options, onWaiting);
  const windowMs = windowNeeded(first);
  if (windowMs <= first.snapshot.windowMs) return first;
  return inspectOnce(sources, { ...options, windowMs }, onWaiting);
}

/** Returns the log window needed for the queued builds without a job in Nomad. */
function windowNeeded({ snapshot, facts, diagnosis }: QueueInspection): Milliseconds {
  const causes = diagnosis.findings.filter(({ code }) => code !== UNDECIDED);
  const explained = new Set(causes.flatMap(({ builds }) => builds));
  const now = serverNow(snapshot);
  const ages = facts.trails
    .filter(({ ui, jobs, name }) => {
      if (ui === null || jobs.length > 0 || explained.has(name)) return false;
      return uiStateOf(ui) === 'waiting';
    })
    .map(({ ui }) => ageAt(now, ui?.queuedAt ?? null) ?? 0);
  const oldest = Math.max(0, ...ages.filter((age) => age + WINDOW_MARGIN < MAX_WINDOW));
  return oldest + WINDOW_MARGIN > snapshot.windowMs && oldest > 0
    ? oldest + WINDOW_MARGIN
    : snapshot.windowMs;
}

async function inspectOnce(
  sources: QueueSources,
  options: GatherOptions,
  onWaiting: (parts: readonly GatherPart[]) => void,
): Promise<QueueInspection> {
  const waiting = new Set<GatherPart>();
  for await (const event of gather(sources, options)) {
    if (event.kind === 'snapshot') {
      const { snapshot } = event;
      const failure = accessError(snapshot);
      if (failure) throw failure;
      const facts = factsOf(snapshot);
      return { snapshot, facts, diagnosis: diagnoseFacts(facts) };
    }
    follow(event, waiting);
    onWaiting([...waiting]);
  }
  throw new Error('gathering ended without a snapshot');
}
