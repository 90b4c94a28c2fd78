/**
 * The administrator's side of the CircleCI server's REST API (`/api/v1/admin`). Little of it is
 * promised by CircleCI: what an answer lacks is null, and every change is read back.
 */

/** What the web page's roles are stored as. */
export type AdminRole = 'write-settings' | 'read-settings' | 'none';

/** An account. */
export interface Account {
  readonly login: string;
  readonly name: string | null;
  readonly email: string | null;
  /** How often the person signed in; with `suspended` it decides the state. Null if not told. */
  readonly signInCount: number | null;
  readonly suspended: boolean;
  readonly adminScopes: readonly string[];
  readonly createdAt: Date | null;
  /** The start of the newest session; builds that a push started do not count here. */
  readonly lastSignInAt: Date | null;
}

/** The licence's seats. */
export interface Licensing {
  readonly licensedSeats: number | null;
  readonly activeSeats: number | null;
  readonly suspendedSeats: number | null;
  readonly inactiveSeats: number | null;
  readonly requestedSeats: number | null;
  readonly expiresAt: Date | null;
}

/** A system setting. */
export interface SystemSetting {
  /** What it is changed by. */
  readonly name: string;
  readonly humanName: string | null;
  readonly description: string | null;
  readonly type: 'boolean' | 'number' | 'string' | 'unknown';
  readonly value: boolean | number | string | null;
}

/** A build of `recent-builds`, as far as the answer tells. */
export interface RecentBuild {
  /** `org/repo`; null if not told. */
  readonly project: string | null;
  readonly number: number | null;
  readonly status: string | null;
  /** Login of who started it. */
  readonly startedBy: string | null;
  readonly queuedAt: Date | null;
  readonly startedAt: Date | null;
  readonly stoppedAt: Date | null;
  readonly url: string | null;
  /** How many parallel tasks it has, 1 where it is not parallel; null if not told. */
  readonly parallel: number | null;
}

/** How much the server believes to be queued and running. */
export interface BuildSystemSummary {
  readonly usageQueue: { readonly builds: number; readonly containers: number } | null;
  readonly runQueue: { readonly builds: number; readonly containers: number } | null;
  readonly running: { readonly builds: number; readonly containers: number } | null;
}

/**
 * Calls of `/api/v1/admin`.
 *
 * Every method throws an `AdminError`: `unauthorised` (NO_SERVER_TOKEN, SERVER_UNAUTHORIZED with how
 * to make a token, SERVER_FORBIDDEN with the scope that is missing), `notFound` (USER_NOT_FOUND,
 * SETTING_NOT_FOUND), `usage` (BAD_LOGIN, before anything is sent), `validation` (SETTING_REFUSED),
 * `service` (SERVER_ERROR with what was asked and answered, SERVER_SURPRISE for an answer of another
 * shape, SERVER_NO_SUCH_CALL, UNREACHABLE, TLS_REFUSED, BAD_ANSWER) or `timeout` (REQUEST_TIMEOUT).
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
  /** The login that the token belongs to. */
  me(signal?: AbortSignal): Promise<{ readonly login: string; readonly admin: boolean | null }>;
}
