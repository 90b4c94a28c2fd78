import { join } from 'node:path';
import { parseSshAddress } from '../ssh/address.ts';
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
