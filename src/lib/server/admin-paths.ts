/**
 * Where the admin calls are. Only some are promised by CircleCI; a server that has them elsewhere is
 * told of in the profile, under `server.paths`.
 */
export interface AdminPaths {
  readonly users: string;
  /** The login follows it. */
  readonly user: string;
  readonly settings: string;
  /** The setting's name follows it. */
  readonly setting: string;
  readonly licensing: string;
  readonly recentBuilds: string;
  readonly buildSystemSummary: string;
  readonly me: string;
}

/** The paths as the web page of CircleCI Server used them (circleci/frontend, api.cljs). */
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
