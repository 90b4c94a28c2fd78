import { join } from 'node:path';
import { AdminError } from '../errors.ts';
import { parseSshAddress, type SshAddress } from '../ssh/address.ts';
import type { SshClient } from '../ssh/client.ts';
import { createSshClient } from '../ssh/sessions.ts';
import type { InstallationOptions } from './installation.ts';
import type { Settings } from './settings.ts';

/** SSH options from the command line. The profile provides the defaults. */
export interface SshChoice {
  readonly user?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly port?: number | undefined;
  /** As `user@host:port`. */
  readonly bastion?: string | undefined;
  readonly acceptNewHostKey?: boolean | undefined;
}

/**
 * Creates an SSH client for the machines of an installation. Opens no connection.
 *
 * @throws AdminError of kind `usage`, code BAD_SSH_ADDRESS
 */
export function connectSsh(
  { ssh, requestTimeout }: Pick<Settings, 'ssh' | 'requestTimeout'>,
  options: InstallationOptions,
  choice: SshChoice = {},
): SshClient {
  const user = choice.user ?? ssh.user;
  const bastion = choice.bastion ?? ssh.bastion;
  const { home, env, clock } = options;
  const known = ssh.knownHostsFile ?? join(home, '.ssh', 'known_hosts');
  return createSshClient({
    user,
    port: choice.port ?? ssh.port,
    bastion: bastion === null ? null : parseSshAddress(bastion, { user, port: 22 }),
    identities: {
      keyFile: choice.keyFile ?? ssh.keyFile,
      home,
      agentSocket: env['SSH_AUTH_SOCK'] ?? null,
      askPassphrase: options.askSecret ?? null,
    },
    hostKeys: {
      files: [known, '/etc/ssh/ssh_known_hosts'],
      acceptNew: choice.acceptNewHostKey ?? false,
      onAccepted: ({ host }, key) => options.note?.(`Accepted the host key of ${host}: ${key}`),
    },
    clock,
    connectTimeout: requestTimeout,
  });
}

/**
 * Returns the bastion of the cluster's API; null if the API is reached directly.
 *
 * @throws AdminError of kind `usage` (BAD_SSH_ADDRESS) or `validation` (NO_BASTION)
 */
export function clusterBastion({ kubernetes, ssh }: Settings): SshAddress | null {
  if (kubernetes.bastion === false) return null;
  const text = kubernetes.bastion === true ? ssh.bastion : kubernetes.bastion;
  if (text !== null) return parseSshAddress(text, { user: ssh.user, port: 22 });
  throw new AdminError('validation', 'kubernetes.bastion is true, but ssh.bastion is not set', {
    code: 'NO_BASTION',
    hint: 'Set it: circleci-admin config set ssh.bastion USER@HOST',
  });
}
