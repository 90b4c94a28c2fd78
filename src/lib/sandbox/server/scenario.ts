/** Somebody who can log in to the simulated server, by an API token. */
export interface ServerUser {
  readonly login: string;
  readonly name: string;
  readonly token: string;
  /** `write-settings` makes an administrator, `read-settings` a read-only one; `none` is everybody. */
  readonly adminScopes: readonly string[];
}

/** What the server shows as its certificate. */
export type CertificateSituation = 'valid' | 'expired' | 'expiring' | 'other-name';

/** A simulated CircleCI server, as data. */
export interface ServerScenario {
  /** Default: an administrator and a developer. */
  readonly users?: readonly ServerUser[];
  /** Default `valid`. */
  readonly certificate?: CertificateSituation;
  /** A file that the certificate authority is written to, PEM. */
  readonly caPath?: string;
}

/** API token of the default administrator. */
export const SERVER_ADMIN_TOKEN = 'sandbox-server-administrator';
/** API token of the default developer, who administers nothing. */
export const SERVER_DEVELOPER_TOKEN = 'sandbox-server-developer';

/** The users of a scenario that names none. */
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
];
