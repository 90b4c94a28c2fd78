import type { StepAction } from '../server/steps-api.ts';

/** Names that the build agent gives the steps, and those of the configuration where a server shows them. */
const CACHE = /^(?:(?:restoring|saving)[ -]cache|(?:restore|save)_cache\b)/i;

/** Steps of the agent that have to do with no cache, by what its versions call them. */
const OTHER =
  /^(?:spin up environment|preparing environment|container |checkout code|set ?up a remote docker|(?:up|down)loading|(?:persisting|attaching)|installing additional ssh|add(?:ing)? ssh|task lifecycle|wait for)/i;

/** Which steps are looked into: those that are about a cache, and those that may be. */
export interface CacheSteps {
  readonly certain: readonly StepAction[];
  /** Named otherwise, or commands that are named so: what they printed tells. */
  readonly possible: readonly StepAction[];
}

/**
 * Picks the steps that restore or save caches. They may have any name in the configuration, but run no
 * command: their `bash_command` is null in answers of circleci.com.
 *
 * @param task one of the parallel tasks; all of them where it is null
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
