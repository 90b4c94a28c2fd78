import type { Clock, Milliseconds } from '../../clock.ts';
import { AdminError, isAdminError } from '../../errors.ts';
import type { TriggerApi } from '../../server/trigger-api.ts';
import { formatDuration } from '../../units.ts';
import type { TriggeredBuild } from '../snapshot/snapshot.ts';

/** A build that was started. */
export interface StartedBuild {
  /** `org/repo`. */
  readonly project: string;
  readonly pipelineId: string;
  readonly pipelineNumber: number | null;
  readonly startedAt: Date;
}

/** An event while a build is started; the last event is `numbered` or `unnumbered`. */
export type TriggerEvent =
  | ({ readonly kind: 'started' } & StartedBuild)
  | ({
      readonly kind: 'numbered';
      readonly number: number;
      readonly workflow: string | null;
      readonly job: string | null;
    } & StartedBuild)
  /** The build was started, but its number is unknown. */
  | ({ readonly kind: 'unnumbered'; readonly why: string } & StartedBuild);

/** The options of {@link triggerBuild}. */
export interface TriggerOptions {
  readonly project: string;
  /** If omitted or null, the project's default branch. */
  readonly branch?: string | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long to wait for the build number. */
  readonly limitMs?: Milliseconds;
}

/** The number is assigned when the workflow starts the job, seconds later. */
const DEFAULT_LIMIT: Milliseconds = 60_000;
const POLL: Milliseconds = 1_000;
/** Final states of a workflow: no more jobs follow. */
const ENDED: ReadonlySet<string> = new Set([
  'success',
  'failed',
  'error',
  'canceled',
  'unauthorized',
  'not_run',
]);

/**
 * Starts a build of a project, and waits until it has a number.
 *
 * @throws AdminError like {@link TriggerApi.startPipeline}; `failed` PIPELINE_ERRORED if the server
 *   cannot create a workflow
 */
export async function* triggerBuild(
  api: TriggerApi,
  options: TriggerOptions,
): AsyncGenerator<TriggerEvent, void> {
  const { project, branch = null, clock, signal, limitMs = DEFAULT_LIMIT } = options;
  const startedAt = clock.now();
  const pipeline = await api.startPipeline(project, branch, signal);
  const started: StartedBuild = {
    project: project.replace(/^(?:gh|github|bb|bitbucket)\/(?=[^/]+\/)/i, ''),
    pipelineId: pipeline.id,
    pipelineNumber: pipeline.number,
    startedAt,
  };
  yield { kind: 'started', ...started };
  const until = startedAt.getTime() + limitMs;
  for (;;) {
    const found = await lookForNumber(api, pipeline.id, signal);
    if (found !== null && 'number' in found)
      return yield { kind: 'numbered', ...started, ...found };
    if (found !== null) return yield { kind: 'unnumbered', ...started, ...found };
    if (clock.now().getTime() >= until) {
      const why = `no job got a number within ${formatDuration(limitMs)}`;
      return yield { kind: 'unnumbered', ...started, why };
    }
    await clock.sleep(POLL, signal);
  }
}

/** Converts a triggered build for a snapshot. */
export function triggeredBuild(event: TriggerEvent, now: Date): TriggeredBuild {
  const { project, pipelineId, startedAt } = event;
  const number = event.kind === 'numbered' ? event.number : null;
  return { project, number, pipelineId, ageMs: Math.max(0, now.getTime() - startedAt.getTime()) };
}

type Numbered = {
  readonly number: number;
  readonly workflow: string | null;
  readonly job: string | null;
};

/** Returns the number of the first job, or why there will be none; null while neither is known. */
async function lookForNumber(
  api: TriggerApi,
  pipelineId: string,
  signal: AbortSignal,
): Promise<Numbered | { readonly why: string } | null> {
  try {
    const workflows = await api.workflows(pipelineId, signal);
    const lists = await Promise.all(
      workflows.map(async ({ id, name }) => ({ name, jobs: await api.jobs(id, signal) })),
    );
    for (const { name: workflow, jobs } of lists) {
      const job = jobs.find(({ number }) => number !== null);
      if (job && job.number !== null) return { number: job.number, workflow, job: job.name };
    }
    if (workflows.length > 0) {
      const over = workflows.every(({ status }) => status !== null && ENDED.has(status));
      return over ? { why: 'its workflows ended, and no job got a number' } : null;
    }
    const { state, errors } = await api.pipeline(pipelineId, signal);
    if (state === 'errored' || errors.length > 0) throw noWorkflow(pipelineId, errors);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    // The build was started all the same. A new pipeline may not be found yet.
    if (!isAdminError(error) || error.code === 'PIPELINE_ERRORED') throw error;
    return error.kind === 'notFound' ? null : { why: error.message };
  }
}

function noWorkflow(id: string, errors: readonly string[]): AdminError {
  const why = errors.length === 0 ? 'the server does not say why' : errors.join('; ');
  return new AdminError('failed', `Pipeline ${id} was started, but has no workflow: ${why}`, {
    code: 'PIPELINE_ERRORED',
    hint: 'Fix .circleci/config.yml in that branch, or use another project.',
  });
}
