/**
 * The paths of the admin calls. CircleCI documents only some of them; for a server with other
 * paths, set them under `server.paths` in the profile.
 */
export interface AdminPaths {
  readonly users: string;
  /** Followed by the login. */
  readonly user: string;
  readonly settings: string;
  /** Followed by the setting's name. */
  readonly setting: string;
  readonly licensing: string;
  readonly recentBuilds: string;
  readonly buildSystemSummary: string;
  readonly me: string;
}

/** The paths as used by the web page of CircleCI Server (circleci/frontend, api.cljs). */
export const ADMIN_PATHS: AdminPaths = {
  users: '/api/v1/admin/users',
  user: '/api/v1/admin/user',
  settings: '/api/v1/admin/settings',
  setting: '/api/v1/admin/setting',
  licensing: '/api/v1/admin/licensing',
  recentBuilds: '/api/v1/admin/recent-builds',
  buildSystemSummary: '/api/v1/admin/build-system-summary',
  me: '/api/v1/me',
};
