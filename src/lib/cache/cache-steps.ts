import type { StepAction } from '../server/steps-api.ts';

/** Names of steps about a cache: those that the build agent gives them, or those of the configuration. */
const CACHE = /^(?:(?:restoring|saving)[ -]cache|(?:restore|save)_cache\b)/i;

/** The agent's own steps that are never about a cache, by the names that its versions give them. */
const OTHER =
  /^(?:spin up environment|preparing environment|container |checkout code|set ?up a remote docker|(?:up|down)loading|(?:persisting|attaching)|installing additional ssh|add(?:ing)? ssh|task lifecycle|wait for)/i;

/** The steps whose output is read. */
export interface CacheSteps {
  /** By their names they are about a cache. */
  readonly certain: readonly StepAction[];
  /** Their names leave it open: only what they printed tells. */
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
