import type { StepAction } from '../server/steps-api.ts';

/** Names of cache steps, as given by the build agent or by the configuration. */
const CACHE = /^(?:(?:restoring|saving)[ -]cache|(?:restore|save)_cache\b)/i;

/** Names of the agent's own steps that never use a cache, in its different versions. */
const OTHER =
  /^(?:spin up environment|preparing environment|container |checkout code|set ?up a remote docker|(?:up|down)loading|(?:persisting|attaching)|installing additional ssh|add(?:ing)? ssh|task lifecycle|wait for)/i;

/** The steps whose output is read. */
export interface CacheSteps {
  /** Steps whose names identify them as cache steps. */
  readonly certain: readonly StepAction[];
  /** Steps that only their output can identify. */
  readonly possible: readonly StepAction[];
}

/**
 * Selects the steps that may restore or save caches. In the configuration they can have any name,
 * but they run no command: in responses of circleci.com, their `bash_command` is null.
 *
 * @param task index of a parallel task; null for all tasks
 */
export function cacheSteps(actions: readonly StepAction[], task: number | null): CacheSteps {
  const wanted = actions.filter((action) => task === null || action.task === task);
  const isCache = ({ name, type }: StepAction): boolean =>
    CACHE.test(name) || CACHE.test(type ?? '');
  return {
    certain: wanted.filter((action) => isCache(action) && !action.runsCommand),
    possible: wanted.filter(
      (action) =>
        action.hasOutput &&
        (action.runsCommand ? isCache(action) : !isCache(action) && !OTHER.test(action.name)),
    ),
  };
}
