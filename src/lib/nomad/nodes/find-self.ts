import { AdminError, isAdminError } from '../../errors.ts';
import type { NomadClient, ReadOptions } from '../client.ts';
import type { NodeId } from '../model.ts';

/**
 * Returns the client that an agent runs (`stats.client.node_id` of `/v1/agent/self`, as in `nomad
 * node status -self`).
 *
 * @param address the address of the agent, for messages
 * @throws AdminError of kind `service` (NO_LOCAL_AGENT) if nothing answers, or `validation`
 *   (NOT_A_CLIENT)
 */
export async function findSelf(
  nomad: Pick<NomadClient, 'agent'>,
  address: string,
  options: ReadOptions = {},
): Promise<NodeId> {
  const { clientId } = await nomad.agent(options).catch((error: unknown) => {
    if (!isAdminError(error) || error.code !== 'NOMAD_UNREACHABLE') throw error;
    throw new AdminError('service', `No Nomad agent responds at ${address}: ${error.message}`, {
      code: 'NO_LOCAL_AGENT',
      hint: 'Run this on a Nomad client, or set NOMAD_ADDR to the address of its agent.',
      cause: error,
    });
  });
  if (clientId !== null) return clientId;
  throw new AdminError(
    'validation',
    `The Nomad agent at ${address} is not a client: Nomad not running in client mode`,
    {
      code: 'NOT_A_CLIENT',
      hint: 'Run this on a Nomad client, or name one. List them: circleci-admin nomad node-status',
    },
  );
}
