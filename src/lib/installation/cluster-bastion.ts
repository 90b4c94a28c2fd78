import { AdminError } from '../errors.ts';
import { parseSshAddress, type SshAddress } from '../ssh/address.ts';
import type { Settings } from './settings.ts';

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
