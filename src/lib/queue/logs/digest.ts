import type { Milliseconds } from '../../clock.ts';
import type { ReadLog, StageLog } from '../snapshot/snapshot.ts';
import type { Stage } from '../stages.ts';
import { ContainerDigest } from './container-digest.ts';
import type { StageLogFacts } from './log-facts.ts';
import { estimateNodeTime, kubeletTimeOf } from './node-time.ts';
import { type DigestedLog, stageFacts } from './stage-facts.ts';

/** The options of the digest functions. */
export interface DigestOptions {
  /** This machine's time, corrected by the cluster's clock offset: see `nodeNow`. */
  readonly now: Date;
  /** See `ReadLog.fresh`. */
  readonly freshMs: Milliseconds;
  /** How far back logs were requested; null if unknown. */
  readonly windowMs?: Milliseconds | null;
  /** Build keys by ID from Nomad's jobs; the logs add more. */
  readonly keyOfId?: ReadonlyMap<string, string>;
}

/**
 * Digests the logs of all stages. A line that names a build only by its ID is resolved if the log
 * of any stage ties the ID to a build. The result contains only stages with a readable log.
 */
export function digestAllLogs(
  logs: readonly StageLog[],
  options: DigestOptions,
): ReadonlyMap<Stage, StageLogFacts> {
  const digested = digestEach(logs, options);
  const keyOfId = new Map(options.keyOfId);
  for (const { digest } of digested) {
    for (const [id, key] of digest.keyOfId) keyOfId.set(id, key);
  }
  const stages = new Set(digested.map(({ digest }) => digest.stage));
  const facts = [...stages].map((stage) => {
    const own = digested.filter(({ digest }) => digest.stage === stage);
    return [
      stage,
      stageFacts(stage, own, { keyOfId, windowMs: options.windowMs ?? null }),
    ] as const;
  });
  return new Map(facts);
}

/** Digests the logs of one stage; logs of other stages are ignored. */
export function digestLogs(
  logs: readonly StageLog[],
  about: DigestOptions & { readonly stage: Stage },
): StageLogFacts {
  const own = logs.filter(({ stage }) => stage === about.stage);
  return (
    digestAllLogs(own, about).get(about.stage) ??
    stageFacts(about.stage, [], { keyOfId: new Map(), windowMs: null })
  );
}

function digestEach(logs: readonly StageLog[], options: DigestOptions): readonly DigestedLog[] {
  const read = logs.flatMap((log) =>
    log.log.status === 'known' ? [{ log, of: log.log.value }] : [],
  );
  const current = read.filter(({ log }) => !log.previous);
  return read.map(({ log, of }) => {
    const digest = new ContainerDigest(log);
    const stamps = of.lines.map(kubeletTimeOf);
    of.lines.forEach((line, index) => {
      digest.take(line, stamps[index] ?? null);
    });
    digest.end();
    const running = current.find(
      (other) => other.log.pod === log.pod && other.log.container === log.container,
    );
    const now = log.previous
      ? nowOfEnded(of, running?.of ?? null, options)
      : estimateNodeTime(of, options.now, options.freshMs, stamps);
    return { digest, read: of, now };
  });
}

/**
 * An ended run may have no fresh line: the log of the current run tells more about the node's
 * clock.
 */
function nowOfEnded(own: ReadLog, running: ReadLog | null, { now, freshMs }: DigestOptions): Date {
  const base = running ? estimateNodeTime(running, now, freshMs) : now;
  return estimateNodeTime({ ...own, fresh: own.lines.length }, base, Number.POSITIVE_INFINITY);
}
