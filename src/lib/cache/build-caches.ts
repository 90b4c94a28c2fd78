import { AdminError } from '../errors.ts';
import type { BuildSteps, StepAction } from '../server/steps-api.ts';
import { CACHE_LIMIT_BYTES, judgeCache } from './judge-size.ts';
import type { CacheOutput } from './read-output.ts';

/** A step whose output was read. */
export interface ReadStep {
  readonly action: StepAction;
  /** Whether its name identifies it as a cache step. */
  readonly certain: boolean;
  readonly output: CacheOutput | null;
  /** Why its output could not be read completely; null if it could. */
  readonly failure: AdminError | null;
}

/** What one step of one parallel task reports about a cache. */
export interface StepCache {
  /** Index of the parallel task, from 0. */
  readonly task: number;
  readonly step: number | null;
  readonly name: string;
  readonly action: CacheOutput['action'] | null;
  readonly key: string | null;
  readonly sizeBytes: number | null;
  readonly verdict: 'ok' | 'too-large' | 'no-cache' | 'unknown';
  readonly explanation: string;
  readonly remedy: string | null;
}

/** The caches of a build. */
export interface BuildCaches {
  /** `org/repo/number`. */
  readonly build: string;
  readonly url: string | null;
  readonly status: string | null;
  /** Whether the build has ended; null if unknown. */
  readonly ended: boolean | null;
  readonly limitBytes: number;
  readonly verdict: 'ok' | 'too-large' | 'unknown';
  /** In the order of the steps. */
  readonly caches: readonly StepCache[];
  /** Number of possible cache steps that were not read because there are too many. */
  readonly passedOver: number;
  /** Number of steps whose output could not be read, and which may or may not be cache steps. */
  readonly undecided: number;
  /** Number of cache steps whose output could not be read. */
  readonly unread: number;
}

/**
 * Computes the verdict from the output of the steps.
 *
 * @throws AdminError of the first unreadable step, if none of the steps could be read
 */
export function summarise(
  { project, number, url, status, ended }: BuildSteps,
  steps: readonly ReadStep[],
  left: Pick<BuildCaches, 'passedOver' | 'undecided'>,
): BuildCaches {
  const sizes = new Map(
    steps.flatMap(({ output }) =>
      output?.key && output.sizeBytes !== null ? [[output.key, output.sizeBytes] as const] : [],
    ),
  );
  const failed = steps.filter((step) => step.failure !== null && sizeOf(step, sizes) === null);
  const [first] = failed;
  if (first?.failure && failed.length === steps.length) throw unreadable(first, first.failure);
  const caches = steps.map((step) => judgeStep(step, sizes));
  const some = (verdict: StepCache['verdict']): boolean =>
    caches.some((cache) => cache.verdict === verdict);
  const unsure = some('unknown') || left.passedOver + left.undecided > 0;
  return {
    build: `${project}/${number}`,
    url,
    status,
    ended,
    limitBytes: CACHE_LIMIT_BYTES,
    verdict: some('too-large') ? 'too-large' : unsure ? 'unknown' : 'ok',
    caches,
    ...left,
    unread: failed.length,
  };
}

/**
 * Returns the size printed by the step, or by another step for the same key: a stored cache never
 * changes.
 */
function sizeOf({ output }: ReadStep, sizes: ReadonlyMap<string, number>): number | null {
  return output?.sizeBytes ?? (output?.key ? (sizes.get(output.key) ?? null) : null);
}

function judgeStep(step: ReadStep, sizes: ReadonlyMap<string, number>): StepCache {
  const { action, output } = step;
  const sizeBytes = sizeOf(step, sizes);
  const about = {
    task: action.task,
    step: action.step,
    name: action.name,
    action: output?.action ?? null,
    key: output?.key ?? null,
    sizeBytes,
  };
  if (sizeBytes !== null) {
    const { verdict, explanation, remedy } = judgeCache(sizeBytes);
    return { ...about, verdict, explanation, remedy };
  }
  const found = output?.outcome === 'none' && step.failure === null;
  return {
    ...about,
    verdict: found ? 'no-cache' : 'unknown',
    explanation: found
      ? 'No cache was found for its keys: nothing was unpacked.'
      : unknownBecause(step),
    remedy: null,
  };
}

function unknownBecause({ action, output, failure }: ReadStep): string {
  if (failure) return `Its output could not be read: ${failure.message}.`;
  if (!action.hasOutput) {
    return action.status === 'running' ? 'It is still running.' : 'It has no output.';
  }
  switch (output?.outcome) {
    case 'stored':
      return 'It stored the cache without printing its size. Check a build that restores it.';
    case 'present':
      return 'A cache with this key is already stored. Check a build that restores it.';
    case 'found':
      return 'It found the cache without printing its size.';
    default:
      return 'Its output shows no cache and no size.';
  }
}

function unreadable({ action }: ReadStep, failure: AdminError): AdminError {
  const { kind, code, hint } = failure;
  const message = `the output of "${action.name}" could not be read: ${failure.message}`;
  return new AdminError(kind, message, {
    code,
    ...(hint === undefined ? {} : { hint }),
    cause: failure,
  });
}
