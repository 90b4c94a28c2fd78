import type { RecentBuild } from '../../server/admin-api.ts';

/** The maximum number of builds that the server lists per status. */
export const UI_LIST_LIMIT = 100;

/** The state of a build in the UI. */
export type UiState = 'waiting' | 'running' | 'ended' | 'unknown';

/**
 * The values of `status` in CircleCI's API v1 (https://circleci.com/docs/api/v1/, "Get build
 * details").
 */
const WAITING: ReadonlySet<string> = new Set(['queued', 'scheduled', 'not_running']);
const ENDED: ReadonlySet<string> = new Set([
  'success',
  'fixed',
  'failed',
  'canceled',
  'timedout',
  'infrastructure_fail',
  'no_tests',
  'not_run',
  'killed',
  'retried',
]);

/** Returns the state of a build in the UI. */
export function uiStateOf({ status, startedAt, stoppedAt }: RecentBuild): UiState {
  if (stoppedAt !== null || (status !== null && ENDED.has(status))) return 'ended';
  if (status === 'running') return 'running';
  if (status !== null) return WAITING.has(status) ? 'waiting' : 'unknown';
  return startedAt === null ? 'unknown' : 'running';
}
