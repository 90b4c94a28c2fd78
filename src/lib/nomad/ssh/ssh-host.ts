import { AdminError } from '../../errors.ts';
import type { NomadNode } from '../model.ts';

/**
 * Returns the host to log in to: the address that the client advertises.
 *
 * @throws AdminError of kind `notFound`, code NO_CLIENT_ADDRESS
 */
export function sshHost({ name, address }: Pick<NomadNode, 'name' | 'address'>): string {
  if (address !== null) return address;
  throw new AdminError('notFound', `Nomad has no address for ${name}`, {
    code: 'NO_CLIENT_ADDRESS',
    hint: 'To see the clients: circleci-admin nomad node-status',
  });
}
