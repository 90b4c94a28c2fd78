import type { Milliseconds } from '../clock.ts';
import { AdminError, isAdminError } from '../errors.ts';
import { shellWord } from '../shell-word.ts';
import { formatDuration } from '../units.ts';
import { formatAddress, type SshAddress } from './address.ts';
import { fingerprint, type HostKeyVerdict, type HostPlace, keyType } from './known-hosts.ts';

const SOCKET_PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'the connection could not be made in time',
};

/** The host did not answer, or is no SSH server: `service` SSH_UNREACHABLE. */
export function unreachable(
  address: SshAddress,
  error: unknown,
  bastion: SshAddress | null,
): AdminError {
  if (isAdminError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = error instanceof Error ? error.message : String(error);
  return new AdminError(
    'service',
    `${formatAddress(address)} cannot be reached by SSH${through(bastion)}: ${SOCKET_PROBLEMS[code] ?? said}`,
    {
      code: 'SSH_UNREACHABLE',
      hint: wayHint(address, bastion),
      cause: error,
    },
  );
}

function wayHint({ host, port }: SshAddress, bastion: SshAddress | null): string {
  return bastion === null
    ? 'Clients in a private network are reached through a bastion: --bastion USER@HOST, or ssh.bastion in the profile.'
    : `Check that ${bastion.host} may reach port ${port} of ${host}, and that the machine is up.`;
}

/** Nothing came back while connecting: `timeout` SSH_TIMEOUT. */
export function connectTooSlow(
  address: SshAddress,
  limit: Milliseconds,
  bastion: SshAddress | null,
): AdminError {
  return new AdminError(
    'timeout',
    `Connecting to ${formatAddress(address)}${through(bastion)} took over ${formatDuration(limit)}`,
    {
      code: 'SSH_TIMEOUT',
      hint: `${wayHint(address, bastion)} To wait longer: --request-timeout.`,
    },
  );
}

/** The bastion is told to connect nobody to anything: `service` SSH_UNREACHABLE. */
export function forwardRefused(target: SshAddress, bastion: SshAddress): AdminError {
  return new AdminError(
    'service',
    `${formatAddress(bastion)} may not connect us to ${target.host}:${target.port}: it forbids forwarding`,
    {
      code: 'SSH_UNREACHABLE',
      hint: 'A bastion needs AllowTcpForwarding yes in its sshd_config, and no restriction of the key that forbids it.',
    },
  );
}

/** A host that let us in runs no command: `service` SSH_COMMAND_REFUSED. */
export function commandRefused(address: SshAddress, why: string): AdminError {
  return new AdminError('service', `${formatAddress(address)} does not run the command: ${why}`, {
    code: 'SSH_COMMAND_REFUSED',
    hint: 'See what its sshd_config says of MaxSessions, PermitTTY and ForceCommand, and what its log says.',
  });
}

function through(bastion: SshAddress | null): string {
  return bastion === null ? '' : ` through ${formatAddress(bastion)}`;
}

/** A connection that was there has gone: `service` SSH_LOST. */
export function lost(address: SshAddress, cause?: unknown): AdminError {
  return new AdminError('service', `The SSH connection to ${formatAddress(address)} was lost`, {
    code: 'SSH_LOST',
    hint: 'What ran there may still run. Look before you run it again.',
    cause,
  });
}

/** Nobody let us in: `unauthorised` SSH_AUTH_FAILED. */
export function authFailed(
  address: SshAddress,
  tried: readonly string[],
  takes: readonly string[],
  said?: string,
): AdminError {
  const what = tried.length === 0 ? 'there is no key to try' : `tried ${tried.join(', ')}`;
  const other = takes.length > 0 && !takes.includes('publickey');
  const only = other ? `; it takes only ${takes.join(', ')}` : '';
  return new AdminError(
    'unauthorised',
    `${formatAddress(address)} does not let us in: ${what}${only}${said === undefined ? '' : `; it said "${said}"`}`,
    {
      code: 'SSH_AUTH_FAILED',
      hint: 'Name the key with --ssh-key FILE or ssh.keyFile in the profile, or load it: ssh-add FILE. The user is set by --ssh-user.',
    },
  );
}

/** A key file that cannot be used: `validation` SSH_KEY_UNUSABLE. */
export function keyUnusable(path: string, why: string, hint: string): AdminError {
  return new AdminError('validation', `The SSH key ${path} cannot be used: ${why}`, {
    code: 'SSH_KEY_UNUSABLE',
    hint,
  });
}

/** Host keys cannot be read, or kept: `validation` KNOWN_HOSTS_UNUSABLE. */
export function knownHostsUnusable(file: string, error: unknown): AdminError {
  const why = error instanceof Error ? error.message : String(error);
  return new AdminError('validation', `Known host keys cannot be kept in ${file}: ${why}`, {
    code: 'KNOWN_HOSTS_UNUSABLE',
    hint: 'Choose another file: circleci-admin config set ssh.knownHostsFile FILE',
    cause: error,
  });
}

/** A limit on the clock went by: `timeout` SSH_TIMEOUT. */
export function tooSlow(address: SshAddress, what: string, limit: Milliseconds): AdminError {
  return new AdminError(
    'timeout',
    `${what} on ${formatAddress(address)} took over ${formatDuration(limit)}`,
    {
      code: 'SSH_TIMEOUT',
      hint: 'The host is slow, or something between drops what is sent. Try again.',
    },
  );
}

/**
 * The host's key is not one that is known of it: `refused` SSH_HOST_KEY_UNKNOWN,
 * SSH_HOST_KEY_CHANGED or SSH_HOST_KEY_REVOKED.
 */
export function hostKeyRefused(
  verdict: Exclude<HostKeyVerdict, 'known'>,
  place: HostPlace,
  key: Uint8Array,
  about: { readonly file: string; readonly onlyAuthority: boolean },
): AdminError {
  const name = place.port === 22 ? place.host : `[${place.host}]:${place.port}`;
  const shown = `${keyType(key)} ${fingerprint(key)}`;
  if (verdict === 'unknown') {
    const authority = about.onlyAuthority
      ? ' Its certificate authority is known, but certificates of hosts are not followed.'
      : '';
    return new AdminError('refused', `The host key of ${name} is not known: ${shown}`, {
      code: 'SSH_HOST_KEY_UNKNOWN',
      hint: `Compare it with the machine's own.${authority} If it is the same, --accept-new-host-key keeps it in ${about.file}; where a command has no such flag, ssh asks: ${sshCommand(place, about.file)}`,
    });
  }
  if (verdict === 'revoked') {
    return new AdminError('refused', `The host key of ${name} is revoked: ${shown}`, {
      code: 'SSH_HOST_KEY_REVOKED',
      hint: 'Whoever has that key may pretend to be the host. Do not connect.',
    });
  }
  return new AdminError('refused', `The host key of ${name} is another one than before: ${shown}`, {
    code: 'SSH_HOST_KEY_CHANGED',
    hint: `Somebody may stand between, or the machine was made anew. Only if you know that it was: ssh-keygen -R '${name}' -f ${shellWord(about.file)}`,
  });
}

function sshCommand({ host, port }: HostPlace, file: string): string {
  const at = port === 22 ? '' : ` -p ${port}`;
  return `ssh -o UserKnownHostsFile=${shellWord(file)}${at} ${host}`;
}
