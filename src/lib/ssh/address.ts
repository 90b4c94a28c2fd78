import { AdminError } from '../errors.ts';

/** The user, host and port of an SSH login. */
export interface SshAddress {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/** The defaults for the optional parts of an address. */
export type AddressDefaults = Pick<SshAddress, 'user' | 'port'>;

const ADDRESS =
  /^(?:(?<user>[\w.-]+)@)?(?:\[(?<v6>[\dA-Fa-f:.]+)\]|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?$/;

/** Returns whether a text is a valid address such as `ubuntu@bastion.example.com:2222`. */
export function isSshAddress(text: string): boolean {
  return readAddress(text) !== null;
}

/**
 * Parses `host`, `user@host`, `host:port` or `user@host:port`; an IPv6 address goes in brackets.
 *
 * @throws AdminError of kind `usage`, code BAD_SSH_ADDRESS
 */
export function parseSshAddress(text: string, defaults: AddressDefaults): SshAddress {
  const read = readAddress(text);
  if (read) return { ...defaults, ...read };
  throw new AdminError('usage', `"${text}" is not a valid SSH address`, {
    code: 'BAD_SSH_ADDRESS',
    hint: 'Write it like ubuntu@bastion.example.com:22; the port is optional (default 22).',
  });
}

/** Formats an address for display; port 22 is omitted. */
export function formatAddress({ user, host, port }: SshAddress): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${user}@${name}${port === 22 ? '' : `:${port}`}`;
}

function readAddress(text: string): (Pick<SshAddress, 'host'> & Partial<SshAddress>) | null {
  const { user, v6, host = v6, port } = ADDRESS.exec(text)?.groups ?? {};
  if (host === undefined || host.startsWith('-') || user?.startsWith('-')) return null;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return null;
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}
