import { mapBounded } from '../../bounded.ts';
import type { Milliseconds } from '../../clock.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { LogCursor } from '../../pods/logs/log-cursor.ts';
import { readLog } from '../../pods/logs/read-log.ts';
import { redactLine } from '../../redact-line.ts';
import { kubernetesNow } from '../facts/moments.ts';
import type { Round } from '../gather/round.ts';
import type { RequestContext } from '../gather/service-time-limit.ts';
import { estimateNodeTime } from '../logs/node-time.ts';
import { type Evidence, known } from '../snapshot/evidence.ts';
import type { QueueSnapshot, StageLog } from '../snapshot/snapshot.ts';
import type { Stage } from '../stages.ts';
import type { BuildRecord, StageRecords, StepClock } from './build-facts.ts';
import { BuildLog } from './build-log.ts';
import type { BuildMatcher } from './build-matcher.ts';

/** Maximum number of parallel streams. */
const AT_ONCE = 8;

interface ContainerRecords {
  readonly log: StageLog;
  readonly read: Evidence<ReadRecords>;
}

interface ReadRecords {
  readonly records: readonly BuildRecord[];
  readonly reachesBackMs: Milliseconds;
}

/**
 * Searches the logs of the pipeline for one build, further back than a diagnosis does. Logs are
 * read line by line, and only the build's records are kept.
 *
 * @param snapshot the source of the containers
 * @param sinceMs how far back to read
 */
export async function readBuildLogs(
  snapshot: QueueSnapshot,
  matcher: BuildMatcher,
  round: Round,
  sinceMs: Milliseconds,
): Promise<ReadonlyMap<Stage, Evidence<StageRecords>>> {
  const { kubernetes, masker } = round.sources;
  const redact = (text: string): string => redactLine(masker.mask(text));
  const read = await mapBounded(snapshot.logs, AT_ONCE, async (log): Promise<ContainerRecords> => {
    // It failed for the snapshot, and its time limit is used up.
    if (log.log.status !== 'known') return { log, read: log.log };
    const found = await round.ask('kubernetes', kubernetes, (client, context) => {
      const clock = clockOf(log, snapshot);
      const build = new BuildLog(matcher, { ...log, clock, redact });
      return readOne(client, log, build, { context, takenAt: snapshot.takenAt, sinceMs });
    });
    return { log, read: found };
  });
  const stages = [...new Set(snapshot.logs.map(({ stage }) => stage))];
  return new Map(
    stages.map((stage) => [stage, ofStage(read.filter(({ log }) => log.stage === stage))]),
  );
}

/** Returns the clock of a pod's node, relative to this machine's. */
function clockOf({ pod, log }: StageLog, snapshot: QueueSnapshot): StepClock {
  const name = `node of ${pod}`;
  const reference = kubernetesNow(snapshot);
  const now =
    log.status === 'known' ? estimateNodeTime(log.value, reference, snapshot.freshMs) : reference;
  const isKnown =
    snapshot.clocks.kubernetesAheadMs !== null || now.getTime() !== reference.getTime();
  return { name, aheadMs: isKnown ? now.getTime() - snapshot.takenAt.getTime() : null };
}

async function readOne(
  client: Pick<KubernetesClient, 'podLogs'>,
  { pod, container, previous, log }: StageLog,
  build: BuildLog,
  options: {
    readonly context: RequestContext;
    readonly takenAt: Date;
    readonly sinceMs: Milliseconds;
  },
): Promise<ReadRecords> {
  const { context, sinceMs } = options;
  const now = options.takenAt.getTime() + (build.clock.aheadMs ?? 0);
  const cursor = new LogCursor(new Date(now - sinceMs));
  const lines = readLog(client, { pod, container }, cursor, { previous, signal: context.signal });
  let first = '';
  for await (const some of lines) {
    context.onProgress();
    if (first === '') first = some[0]?.time ?? '';
    for (const line of some) build.take(line);
  }
  return { records: build.records, reachesBackMs: reach() };

  /** Lines before the first one were never written, or were lost in a rotation. */
  function reach(): Milliseconds {
    const startedMs = now - (known(log)?.startedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
    // The read covers everything since the start. An empty log of a current run hides nothing,
    // either.
    if (startedMs <= sinceMs) return Math.max(0, startedMs);
    if (first === '') return previous ? 0 : sinceMs;
    return Math.min(sinceMs, Math.max(0, now - Date.parse(first)));
  }
}

/** Merges a stage's containers: the stage is known as far back as the shortest of its logs. */
function ofStage(containers: readonly ContainerRecords[]): Evidence<StageRecords> {
  const reach = new Map<string, Milliseconds>();
  const records: BuildRecord[] = [];
  let tookMs = 0;
  let whole = true;
  for (const { log, read } of containers) {
    if (read.status !== 'known') {
      // The log before a restart is additional; without it, the rest is still valid.
      whole &&= log.previous;
      continue;
    }
    const { pod, container } = log;
    const { records: own, reachesBackMs } = read.value;
    const key = `${pod}/${container}`;
    reach.set(key, Math.max(reach.get(key) ?? 0, reachesBackMs));
    records.push(...own);
    tookMs = Math.max(tookMs, read.tookMs);
  }
  if (reach.size === 0) {
    const [first] = containers;
    if (first && first.read.status !== 'known') return first.read;
  }
  records.sort(byTime);
  const reachesBackMs = whole && reach.size > 0 ? Math.min(...reach.values()) : null;
  return { status: 'known', value: { records, reachesBackMs }, tookMs };
}

/** Compares times corrected by the known clock offsets. */
function byTime(a: BuildRecord, b: BuildRecord): number {
  const moment = ({ at, clock }: BuildRecord): number =>
    (at?.getTime() ?? 0) - (clock.aheadMs ?? 0);
  return moment(a) - moment(b);
}
