/**
 * The administrator calls of the CircleCI server's REST API (`/api/v1/admin`). CircleCI documents
 * little of it: a field missing from a response is null, and every change is verified.
 */

/** The stored values of the roles on the web page. */
export type AdminRole = 'write-settings' | 'read-settings' | 'none';

/** A user account of the server. */
export interface Account {
  readonly login: string;
  readonly name: string | null;
  readonly email: string | null;
  /** Number of sign-ins; together with `suspended` it determines the state. Null if missing. */
  readonly signInCount: number | null;
  readonly suspended: boolean;
  readonly adminScopes: readonly string[];
  readonly createdAt: Date | null;
  /** Start of the latest session; builds started by a push do not count. Null if missing. */
  readonly lastSignInAt: Date | null;
}

/** The seats of the licence. */
export interface Licensing {
  readonly licensedSeats: number | null;
  readonly activeSeats: number | null;
  readonly suspendedSeats: number | null;
  readonly inactiveSeats: number | null;
  readonly requestedSeats: number | null;
  readonly expiresAt: Date | null;
}

/** A system setting of the server. */
export interface SystemSetting {
  /** The identifier that is used to change the setting. */
  readonly name: string;
  readonly humanName: string | null;
  readonly description: string | null;
  readonly type: 'boolean' | 'number' | 'string' | 'unknown';
  readonly value: boolean | number | string | null;
}

/** A build from `recent-builds`; fields missing from the response are null. */
export interface RecentBuild {
  /** `org/repo`; null if missing. */
  readonly project: string | null;
  readonly number: number | null;
  readonly status: string | null;
  /** Login of the user who started the build. */
  readonly startedBy: string | null;
  readonly queuedAt: Date | null;
  readonly startedAt: Date | null;
  readonly stoppedAt: Date | null;
  readonly url: string | null;
  /** Number of parallel tasks, 1 for a build without parallelism; null if missing. */
  readonly parallel: number | null;
}

/** Number of builds and containers that are queued and running according to the server. */
export interface BuildSystemSummary {
  readonly usageQueue: { readonly builds: number; readonly containers: number } | null;
  readonly runQueue: { readonly builds: number; readonly containers: number } | null;
  readonly running: { readonly builds: number; readonly containers: number } | null;
}

/**
 * The calls of `/api/v1/admin`.
 *
 * Every method throws an `AdminError`: `unauthorised` (NO_SERVER_TOKEN, SERVER_UNAUTHORIZED with
 * how to create a token, SERVER_FORBIDDEN with the missing scope), `notFound` (USER_NOT_FOUND,
 * SETTING_NOT_FOUND), `usage` (BAD_LOGIN, before any request is sent), `validation`
 * (SETTING_REFUSED), `service` (SERVER_ERROR with the request and the response, SERVER_SURPRISE for
 * a response of an unexpected shape, SERVER_NO_SUCH_CALL, UNREACHABLE, TLS_REFUSED, BAD_ANSWER) or
 * `timeout` (REQUEST_TIMEOUT).
 */
export interface AdminApi {
  accounts(signal?: AbortSignal): Promise<readonly Account[]>;
  setSuspended(login: string, suspended: boolean, signal?: AbortSignal): Promise<Account>;
  setAdminRole(login: string, role: AdminRole, signal?: AbortSignal): Promise<Account>;
  licensing(signal?: AbortSignal): Promise<Licensing>;
  settings(signal?: AbortSignal): Promise<readonly SystemSetting[]>;
  setSetting(
    name: string,
    value: boolean | number | string,
    signal?: AbortSignal,
  ): Promise<SystemSetting>;
  recentBuilds(
    query: { readonly status?: string; readonly limit?: number; readonly offset?: number },
    signal?: AbortSignal,
  ): Promise<readonly RecentBuild[]>;
  buildSystemSummary(signal?: AbortSignal): Promise<BuildSystemSummary>;
  /** Returns the user that the token belongs to. */
  me(signal?: AbortSignal): Promise<{ readonly login: string; readonly admin: boolean | null }>;
}
