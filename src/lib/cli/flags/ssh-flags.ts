import type { SshChoice } from '../../installation/connect-ssh.ts';
import type { Settings } from '../../installation/settings.ts';
import { shellWord } from '../../shell-word.ts';
import { Flags } from '../oclif.ts';

/** The flags of commands that use SSH. The profile provides the defaults. */
export const sshFlags = {
  'ssh-user': Flags.string({ summary: 'user to log in as', helpValue: 'USER', helpGroup: 'ssh' }),
  'ssh-key': Flags.string({ summary: 'private key', helpValue: 'FILE', helpGroup: 'ssh' }),
  'ssh-port': Flags.integer({
    summary: 'SSH port of the host',
    min: 1,
    max: 65_535,
    helpGroup: 'ssh',
  }),
  bastion: Flags.string({
    summary: 'connect through this host',
    helpValue: 'USER@HOST',
    helpGroup: 'ssh',
  }),
  'accept-new-host-key': Flags.boolean({
    summary: 'accept and save the keys of unknown hosts',
    helpGroup: 'ssh',
  }),
};

/** Converts the values of {@link sshFlags} to SSH options. */
export function sshChoice(flags: {
  readonly 'ssh-user'?: string | undefined;
  readonly 'ssh-key'?: string | undefined;
  readonly 'ssh-port'?: number | undefined;
  readonly bastion?: string | undefined;
  readonly 'accept-new-host-key'?: boolean | undefined;
}): SshChoice {
  return {
    user: flags['ssh-user'],
    keyFile: flags['ssh-key'],
    port: flags['ssh-port'],
    bastion: flags.bastion,
    acceptNewHostKey: flags['accept-new-host-key'],
  };
}

/** Returns whether SSH is configured: a key or a bastion is set, or an SSH agent runs. */
export function isSshSet(
  flags: Parameters<typeof sshChoice>[0],
  { ssh }: Pick<Settings, 'ssh'>,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const settings = [
    ssh.keyFile,
    ssh.bastion,
    flags['ssh-key'],
    flags.bastion,
    env['SSH_AUTH_SOCK'],
  ];
  return settings.some(Boolean);
}

/** Returns the SSH flags, each after a space, for a suggested command. */
export function sshTargetFlags(choice: SshChoice): string {
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ['ssh-user', choice.user],
    ['ssh-key', choice.keyFile],
    ['ssh-port', choice.port],
    ['bastion', choice.bastion],
  ];
  return flags
    .flatMap(([flag, value]) =>
      value === undefined ? [] : [` --${flag} ${shellWord(String(value))}`],
    )
    .join('');
}
