import type { Milliseconds } from '../clock.ts';
import { AdminError, isAdminError } from '../errors.ts';
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
  const through = bastion === null ? '' : ` through ${formatAddress(bastion)}`;
  return new AdminError(
    'service',
    `${formatAddress(address)} cannot be reached by SSH${through}: ${SOCKET_PROBLEMS[code] ?? said}`,
    {
      code: 'SSH_UNREACHABLE',
      hint:
        bastion === null
          ? 'Clients in a private network are reached through a bastion: --bastion USER@HOST, or ssh.bastion in the profile.'
          : 'Check that the bastion may reach port 22 of the host, and that the machine is up.',
      cause: error,
    },
  );
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
): AdminError {
  const what = tried.length === 0 ? 'there is no key to try' : `tried ${tried.join(', ')}`;
  const other = takes.length > 0 && !takes.includes('publickey');
  return new AdminError(
    'unauthorised',
    `${formatAddress(address)} does not let us in: ${what}${other ? `; it takes only ${takes.join(', ')}` : ''}`,
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
      hint: `Compare it with the machine's own. If it is the same: --accept-new-host-key keeps it in ${about.file}.${authority}`,
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
    hint: `Somebody may stand between, or the machine was made anew. Only if you know that it was: ssh-keygen -R '${name}' -f ${about.file}`,
  });
}
