import type { Milliseconds } from '../../clock.ts';
import type { ReadLog, StageLog } from '../snapshot/snapshot.ts';
import type { Stage } from '../stages.ts';
import { ContainerDigest } from './container-digest.ts';
import type { StageLogFacts } from './log-facts.ts';
import { nodeNow, stampOf } from './node-now.ts';
import { type DigestedLog, stageFacts } from './stage-facts.ts';

/** What logs are judged by. */
export interface DigestOptions {
  /** This machine's clock, put right by how far the cluster's is ahead: see `nodeNow`. */
  readonly now: Date;
  /** See `ReadLog.fresh`. */
  readonly freshMs: Milliseconds;
  /** How far back logs were asked for; null where that is not known. */
  readonly windowMs?: Milliseconds | null;
  /** Keys of builds by their ID, as Nomad's jobs tell them; logs tell more. */
  readonly keyOfId?: ReadonlyMap<string, string>;
}

/**
 * Judges the logs of all stages. A line that names a build only by its ID is understood where the log
 * of any stage tells which build that is. Only stages of which a log could be read are in the result.
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

/** Judges the logs of one stage; those of others are left out. */
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
    const stamps = of.lines.map(stampOf);
    of.lines.forEach((line, index) => {
      digest.take(line, stamps[index] ?? null);
    });
    digest.end();
    const running = current.find(
      (other) => other.log.pod === log.pod && other.log.container === log.container,
    );
    const now = log.previous
      ? nowOfEnded(of, running?.of ?? null, options)
      : nodeNow(of, options.now, options.freshMs, stamps);
    return { digest, read: of, now };
  });
}

/** Of an ended run no line may be fresh: the run that goes on knows more. */
function nowOfEnded(own: ReadLog, running: ReadLog | null, { now, freshMs }: DigestOptions): Date {
  const base = running ? nodeNow(running, now, freshMs) : now;
  return nodeNow({ ...own, fresh: own.lines.length }, base, Number.POSITIVE_INFINITY);
}
