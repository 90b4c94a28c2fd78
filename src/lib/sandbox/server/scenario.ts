/** A user with an API token of the simulated server. */
export interface ServerUser {
  readonly login: string;
  readonly name: string;
  readonly token: string;
  /**
   * `write-settings` for an administrator, `read-settings` for a read-only one, `none` for others.
   */
  readonly adminScopes: readonly string[];
}

/** An account of a scenario. By default, it signed in today. */
export interface AccountSpec {
  readonly login: string;
  /** Null for accounts without a name on GitHub. */
  readonly name?: string | null;
  /** 0 for an account that has never signed in. */
  readonly signInCount?: number;
  readonly suspended?: boolean;
  readonly adminScopes?: readonly string[];
  readonly signedInDaysAgo?: number;
  /** Days since the newest build started by a push; undefined for no builds. */
  readonly builtDaysAgo?: number;
}

/** The kind of certificate that the server presents. */
export type CertificateSituation = 'valid' | 'expired' | 'expiring' | 'other-name';

/** The limits of requests per user. */
export interface RequestLimit {
  /** The number of requests in any second of sandbox time. */
  readonly perSecond: number;
  readonly atOnce: number;
}

/** The initial state of a simulated CircleCI server. */
export interface ServerScenario {
  /** The users with an API token. Default: an administrator, a read-only one and a developer. */
  readonly tokens?: readonly ServerUser[];
  /** Named accounts, in addition to those with a token. */
  readonly accounts?: readonly AccountSpec[];
  /** The total number of accounts; 40 by default. The others are generated, in all states. */
  readonly users?: number;
  /** The number of licensed seats. Default: a few more than are used. */
  readonly seats?: number;
  /** When the licence expires, in days from the start; null for never. Default 200. */
  readonly licenceDays?: number | null;
  /** Default: 150 per second and 300 at once; null for no limit. */
  readonly limit?: RequestLimit | null;
  /** The names of the two settings in the operations guide, as used to change them. */
  readonly settingNames?: Readonly<Partial<Record<'suspendNewUsers' | 'requiredOrgs', string>>>;
  /** Default `valid`. */
  readonly certificate?: CertificateSituation;
  /** A file to which the CA certificate is written in PEM. */
  readonly caPath?: string;
}

/** The API token of the default administrator. */
export const SERVER_ADMIN_TOKEN = 'sandbox-server-administrator';
/** The API token of the default read-only administrator. */
export const SERVER_READER_TOKEN = 'sandbox-server-reader';
/** The API token of the default developer, who is not an administrator. */
export const SERVER_DEVELOPER_TOKEN = 'sandbox-server-developer';

/** The users with a token in a scenario that names none. */
export const DEFAULT_SERVER_USERS: readonly ServerUser[] = [
  {
    login: 'sandbox-admin',
    name: 'Sandbox Admin',
    token: SERVER_ADMIN_TOKEN,
    adminScopes: ['write-settings'],
  },
  {
    login: 'sandbox-developer',
    name: 'Sandbox Developer',
    token: SERVER_DEVELOPER_TOKEN,
    adminScopes: ['none'],
  },
  {
    login: 'sandbox-reader',
    name: 'Sandbox Reader',
    token: SERVER_READER_TOKEN,
    adminScopes: ['read-settings'],
  },
];
