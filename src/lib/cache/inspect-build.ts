import { mapBounded } from '../bounded.ts';
import { AdminError, isAdminError } from '../errors.ts';
import type { BuildSteps, StepAction, StepsApi } from '../server/steps-api.ts';
import { type BuildCaches, type ReadStep, summarise } from './build-caches.ts';
import { cacheSteps } from './cache-steps.ts';
import { type CacheOutput, CacheOutputReader } from './read-output.ts';

/** The options of {@link inspectBuild}. */
export interface CacheInspection {
  /** `org/repo`. */
  readonly project: string;
  readonly number: number;
  /** Index of a parallel task; null for all tasks. */
  readonly task: number | null;
  readonly signal: AbortSignal;
  /**
   * Called with the build's URL before any output is read; null if it is unknown, or if there is no
   * such build. May throw to stop.
   */
  readonly onBuild?: (url: string | null) => void;
  /** Called after each step that was read. */
  readonly onRead?: (read: number, of: number) => void;
}

/** Maximum number of parallel requests for step output. */
const AT_ONCE = 6;
/** Maximum number of steps read, with a request each: enough for 16 tasks with four steps each. */
const MAX_STEPS = 64;
/** Maximum number of those steps that their names do not identify as cache steps. */
const MAX_POSSIBLE = 24;
/** Maximum number of bytes read of one output; the agent prints far less about a cache. */
const MAX_BYTES = 8 * 1024 ** 2;
/**
 * In characters. Reading of an unidentified step stops after this much output without a cache line.
 */
const UNDECIDED_LIMIT = 64 * 1024;
/** Number of tries per output: a truncated response is retried once. */
const TRIES = 2;

/**
 * Reads what the steps of a build report about caches.
 *
 * @throws AdminError like {@link StepsApi}, and of kind `notFound` (TASK_NOT_FOUND); if only some
 *   outputs could not be read, the result says so
 */
export async function inspectBuild(
  api: StepsApi,
  inspection: CacheInspection,
): Promise<BuildCaches> {
  const { project, number, task, signal, onBuild, onRead } = inspection;
  const build = await api.build(project, number, signal).catch((error: unknown) => {
    if (isAdminError(error, 'notFound')) onBuild?.(null);
    throw error;
  });
  onBuild?.(build.url);
  if (task !== null && !build.actions.some((action) => action.task === task)) {
    throw noTask(build, task);
  }
  const { certain, possible } = cacheSteps(build.actions, task);
  const chosen = new Set([
    ...certain.slice(0, MAX_STEPS),
    ...possible.slice(0, Math.min(MAX_POSSIBLE, Math.max(MAX_STEPS - certain.length, 0))),
  ]);
  const looked = build.actions.filter((action) => chosen.has(action));
  let done = 0;
  const named = new Set(certain);
  const read = await mapBounded(looked, AT_ONCE, async (action): Promise<ReadStep> => {
    const step = await readStep(api, build, action, named.has(action), signal);
    done += 1;
    onRead?.(done, looked.length);
    return step;
  });
  const steps = read.filter((step) => step.certain || step.output !== null);
  return summarise(build, steps, {
    passedOver: certain.length + possible.length - looked.length,
    undecided: read.filter((step) => !step.certain && step.failure !== null).length,
  });
}

async function readStep(
  api: StepsApi,
  build: BuildSteps,
  action: StepAction,
  certain: boolean,
  signal: AbortSignal,
): Promise<ReadStep> {
  if (!action.hasOutput) return { action, certain, output: null, failure: null };
  for (let tried = 1; ; tried += 1) {
    const { output, failure } = await readOnce(api, build, action, certain, signal);
    if (failure?.code === 'BAD_ANSWER' && tried < TRIES) continue;
    return { action, certain, output, failure };
  }
}

async function readOnce(
  api: StepsApi,
  build: BuildSteps,
  action: StepAction,
  certain: boolean,
  signal: AbortSignal,
): Promise<{ readonly output: CacheOutput | null; readonly failure: AdminError | null }> {
  const reader = new CacheOutputReader();
  let charactersRead = 0;
  try {
    for await (const message of api.output(build, action, MAX_BYTES, signal)) {
      reader.push(message);
      charactersRead += message.length;
      if (reader.done || (!certain && reader.found === null && charactersRead > UNDECIDED_LIMIT))
        break;
    }
  } catch (error) {
    if (!isAdminError(error)) throw error;
    return { output: reader.found, failure: error };
  }
  return { output: reader.end(), failure: null };
}

function noTask({ project, number, actions }: BuildSteps, task: number): AdminError {
  const last = Math.max(-1, ...actions.map((action) => action.task));
  const has = last === -1 ? 'none of its steps has started' : `its tasks are 0 to ${last}`;
  return new AdminError('notFound', `${project}/${number} has no task ${task}: ${has}`, {
    code: 'TASK_NOT_FOUND',
    hint: `To check all tasks: circleci-admin troubleshoot cache ${project}/${number}`,
  });
}
