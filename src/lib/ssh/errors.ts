import type { Milliseconds } from '../clock.ts';
import { AdminError, isAdminError } from '../errors.ts';
import { fileProblem } from '../file-problem.ts';
import { shellWord } from '../shell-word.ts';
import { formatDuration } from '../units.ts';
import { formatAddress, type SshAddress } from './address.ts';
import { fingerprint, type HostKeyVerdict, type HostPort, keyType } from './known-hosts.ts';

const SOCKET_PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the host does not exist',
  EAI_AGAIN: 'the DNS lookup failed',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'the connection timed out',
};

/** How a host is reached: directly, as the bastion itself, or through a bastion. */
export type SshRoute = 'direct' | 'is-bastion' | SshAddress;

/** An SSH login, or the target of a forwarded connection, which need not be an SSH server. */
type Target = SshAddress | HostPort;

function targetText(target: Target): string {
  if ('user' in target) return formatAddress(target);
  const { host, port } = target;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The host did not respond, or is not an SSH server: `service` SSH_UNREACHABLE. */
export function unreachable(address: Target, error: unknown, route: SshRoute): AdminError {
  if (isAdminError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new AdminError(
    'service',
    `${targetText(address)} cannot be reached${'user' in address ? ' by SSH' : ''}${viaText(route)}: ${SOCKET_PROBLEMS[code] ?? messageOf(error)}`,
    {
      code: 'SSH_UNREACHABLE',
      hint: routeHint(address, route),
      cause: error,
    },
  );
}

function routeHint({ host, port }: HostPort, route: SshRoute): string {
  if (route === 'direct') {
    return 'Clients in a private network require a bastion: --bastion USER@HOST, or ssh.bastion in the profile.';
  }
  return route === 'is-bastion'
    ? `This is the bastion: check that it is up, and that this machine can reach its port ${port}.`
    : `Check that ${route.host} can reach port ${port} of ${host}, and that the machine is up.`;
}

/** Connecting timed out: `timeout` SSH_TIMEOUT. */
export function connectTimedOut(address: Target, limit: Milliseconds, route: SshRoute): AdminError {
  return new AdminError(
    'timeout',
    `Connecting to ${targetText(address)}${viaText(route)} timed out after ${formatDuration(limit)}`,
    {
      code: 'SSH_TIMEOUT',
      hint: `${routeHint(address, route)} To wait longer: --request-timeout.`,
    },
  );
}

/** The bastion accepted the login, but no longer responds: `timeout` SSH_TIMEOUT. */
export function bastionSilent(bastion: SshAddress): AdminError {
  return new AdminError('timeout', `The bastion ${formatAddress(bastion)} no longer responds`, {
    code: 'SSH_TIMEOUT',
    hint: 'It accepted the login earlier. Check the network or VPN between this machine and the bastion, and try again.',
  });
}

/** The bastion does not allow forwarding: `service` SSH_UNREACHABLE. */
export function forwardRefused(target: HostPort, bastion: SshAddress): AdminError {
  return new AdminError(
    'service',
    `${formatAddress(bastion)} refused to forward a connection to ${target.host}:${target.port}`,
    {
      code: 'SSH_UNREACHABLE',
      hint: 'A bastion requires AllowTcpForwarding yes in its sshd_config, and a key without a restriction on forwarding.',
    },
  );
}

/** The login succeeded but the host refused to run the command: `service` SSH_COMMAND_REFUSED. */
export function commandRefused(address: SshAddress, why: string): AdminError {
  return new AdminError('service', `${formatAddress(address)} refused to run the command: ${why}`, {
    code: 'SSH_COMMAND_REFUSED',
    hint: 'Check MaxSessions, PermitTTY and ForceCommand in its sshd_config, and its log.',
  });
}

function viaText(route: SshRoute): string {
  return typeof route === 'string' ? '' : ` through ${formatAddress(route)}`;
}

/** An established connection was lost: `service` SSH_LOST. */
export function connectionLost(address: SshAddress, cause?: unknown): AdminError {
  return new AdminError('service', `The SSH connection to ${formatAddress(address)} was lost`, {
    code: 'SSH_LOST',
    hint: 'The command may still be running there. Check before you run it again.',
    cause,
  });
}

/** The host accepted none of the identities: `unauthorised` SSH_AUTH_FAILED. */
export function authFailed(
  address: SshAddress,
  tried: readonly string[],
  takes: readonly string[],
  said?: string,
): AdminError {
  const what = tried.length === 0 ? 'there is no key to try' : `tried ${tried.join(', ')}`;
  const other = takes.length > 0 && !takes.includes('publickey');
  const only = other ? `; it accepts only ${takes.join(', ')}` : '';
  return new AdminError(
    'unauthorised',
    `${formatAddress(address)} refused the login: ${what}${only}${said === undefined ? '' : `; it said "${said}"`}`,
    {
      code: 'SSH_AUTH_FAILED',
      hint: 'Set the key with --ssh-key FILE or ssh.keyFile in the profile, or load it: ssh-add FILE. To set the user: --ssh-user.',
    },
  );
}

/** A key file cannot be used: `validation` SSH_KEY_UNUSABLE. */
export function keyUnusable(path: string, why: string, hint: string): AdminError {
  return new AdminError('validation', `The SSH key ${path} cannot be used: ${why}`, {
    code: 'SSH_KEY_UNUSABLE',
    hint,
  });
}

/** A known_hosts file cannot be read or written: `validation` KNOWN_HOSTS_UNUSABLE. */
export function knownHostsUnusable(
  file: string,
  failed: 'read from' | 'saved in',
  error: unknown,
): AdminError {
  const message = `Host keys cannot be ${failed} ${file}: ${fileProblem(error)}`;
  return new AdminError('validation', message, {
    code: 'KNOWN_HOSTS_UNUSABLE',
    hint: 'Use another file: circleci-admin config set ssh.knownHostsFile FILE',
    cause: error,
  });
}

/** Returns the message of a thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An operation exceeded its time limit: `timeout` SSH_TIMEOUT. */
export function operationTimedOut(
  address: SshAddress,
  what: string,
  limit: Milliseconds,
): AdminError {
  return new AdminError(
    'timeout',
    `${what} on ${formatAddress(address)} timed out after ${formatDuration(limit)}`,
    {
      code: 'SSH_TIMEOUT',
      hint: 'The host is slow, or a firewall drops the traffic. Try again.',
    },
  );
}

/**
 * The host key is not trusted: `refused` SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED or
 * SSH_HOST_KEY_REVOKED.
 */
export function hostKeyRefused(
  verdict: Exclude<HostKeyVerdict, 'known'>,
  address: SshAddress,
  key: Uint8Array,
  about: { readonly file: string; readonly onlyAuthority: boolean; readonly route: SshRoute },
): AdminError {
  const name = address.port === 22 ? address.host : `[${address.host}]:${address.port}`;
  const shown = `${keyType(key)} ${fingerprint(key)}`;
  if (verdict === 'unknown') {
    const authority = about.onlyAuthority
      ? ' Its certificate authority is known, but host certificates are not supported.'
      : '';
    return new AdminError('refused', `The host key of ${name} is unknown: ${shown}`, {
      code: 'SSH_HOST_KEY_UNKNOWN',
      ref: 'docs/security.md',
      hint: `Compare it with the key on the machine.${authority} If it is the same, --accept-new-host-key saves it in ${about.file}; for a command without this flag, use: ${sshCommand(address, about)}`,
    });
  }
  if (verdict === 'revoked') {
    return new AdminError('refused', `The host key of ${name} is revoked: ${shown}`, {
      code: 'SSH_HOST_KEY_REVOKED',
      ref: 'docs/security.md',
      hint: 'Somebody with this key could impersonate the host. Do not connect.',
    });
  }
  return new AdminError('refused', `The host key of ${name} has changed: ${shown}`, {
    code: 'SSH_HOST_KEY_CHANGED',
    ref: 'docs/security.md',
    hint: `Either somebody intercepts the connection, or the machine was recreated. Only if you know that it was recreated: ssh-keygen -R '${name}' -f ${shellWord(about.file)}`,
  });
}

function sshCommand(
  { user, host, port }: SshAddress,
  { file, route }: { readonly file: string; readonly route: SshRoute },
): string {
  const jump = typeof route === 'string' ? '' : ` -J ${formatAddress(route)}`;
  const at = port === 22 ? '' : ` -p ${port}`;
  return `ssh -o UserKnownHostsFile=${shellWord(file)}${jump}${at} ${user}@${host}`;
}
