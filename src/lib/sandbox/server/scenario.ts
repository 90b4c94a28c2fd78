/** Somebody who can log in to the simulated server, by an API token. */
export interface ServerUser {
  readonly login: string;
  readonly name: string;
  readonly token: string;
  /** `write-settings` makes an administrator, `read-settings` a read-only one; `none` is everybody. */
  readonly adminScopes: readonly string[];
}

/** An account of a scenario; what is left out is as for somebody who signed in today. */
export interface AccountSpec {
  readonly login: string;
  /** Null for accounts that GitHub told no name of. */
  readonly name?: string | null;
  /** 0 for somebody who never signed in. */
  readonly signInCount?: number;
  readonly suspended?: boolean;
  readonly adminScopes?: readonly string[];
  readonly signedInDaysAgo?: number;
  /** Days since the newest build that a push started; none where it is left out. */
  readonly builtDaysAgo?: number;
}

/** What the server shows as its certificate. */
export type CertificateSituation = 'valid' | 'expired' | 'expiring' | 'other-name';

/** What one user may ask of the server. */
export interface RequestLimit {
  /** Requests in any second of the sandbox's time. */
  readonly perSecond: number;
  readonly atOnce: number;
}

/** A simulated CircleCI server, as data. */
export interface ServerScenario {
  /** Who has an API token. Default: an administrator, a read-only one and a developer. */
  readonly tokens?: readonly ServerUser[];
  /** Accounts by name, beside those that have a token. */
  readonly accounts?: readonly AccountSpec[];
  /** How many accounts there are in all: 40. The rest is made up, of every state. */
  readonly users?: number;
  /** Licensed seats. Default: a few more than are taken. */
  readonly seats?: number;
  /** When the licence runs out, in days from the start; null for never. Default 200. */
  readonly licenceDays?: number | null;
  /** Default: 150 in a second and 300 at once; null for no limit. */
  readonly limit?: RequestLimit | null;
  /** What the two settings of the operations guide are called to change them. */
  readonly settingNames?: Readonly<Partial<Record<'suspendNewUsers' | 'requiredOrgs', string>>>;
  /** Default `valid`. */
  readonly certificate?: CertificateSituation;
  /** A file that the certificate authority is written to, PEM. */
  readonly caPath?: string;
}

/** API token of the default administrator. */
export const SERVER_ADMIN_TOKEN = 'sandbox-server-administrator';
/** API token of the default administrator who may only read. */
export const SERVER_READER_TOKEN = 'sandbox-server-reader';
/** API token of the default developer, who administers nothing. */
export const SERVER_DEVELOPER_TOKEN = 'sandbox-server-developer';

/** Who has a token in a scenario that names nobody. */
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
