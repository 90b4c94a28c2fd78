import { mapBounded } from '../../bounded.ts';
import type { Clock, Milliseconds } from '../../clock.ts';
import { AdminError, isAdminError } from '../../errors.ts';
import type { SshClient } from '../../ssh/client.ts';
import type { NomadClient } from '../client.ts';
import { documentOf } from '../exec/command-output.ts';
import { createExecNomadClient } from '../exec/exec-nomad-client.ts';
import { NomadCommands } from '../exec/nomad-commands.ts';
import { decodeNodeDetail } from '../http/decode-node.ts';
import { badAnswer } from '../http/errors.ts';
import type { NodeId, NomadNode } from '../model.ts';
import { findHosts, type HostSearch } from './find-hosts.ts';
import { type ClientMachine, nomadOnClients, nomadOverSsh, ON_CLIENT } from './nomad-on-clients.ts';
import { SharedSession } from './shared-session.ts';

/** The dependencies of {@link logInOnClients}. */
export interface LoginOptions extends HostSearch {
  readonly ssh: Pick<SshClient, 'use'>;
  readonly clock: Clock;
  readonly requestTimeout: Milliseconds;
}

/** The nomad CLI of the clients, as one Nomad client. */
export interface ClientLogins {
  readonly nomad: NomadClient;
  /** The hosts by client, in the order in which the clients were given. */
  readonly hosts: ReadonlyMap<NodeId, string>;
}

const LOGINS_AT_ONCE = 10;

/**
 * Logs in to clients and creates a {@link NomadClient} that uses their own nomad CLI. The hosts are
 * found through Nomad; if Nomad is unreachable, which is when logging in is needed most, the names
 * are used as host names. The sessions end when the client is closed.
 *
 * @throws AdminError as {@link resolveNodes} and {@link SshClient.use}; of kind `refused`
 *   (OTHER_CLIENT) if another client answers at an address, `validation` (NOT_A_CLIENT)
 */
export async function logInOnClients(options: LoginOptions): Promise<ClientLogins> {
  const { ssh, clock, requestTimeout, signal } = options;
  const hosts = await findHosts(options);
  const found = await mapBounded(hosts, LOGINS_AT_ONCE, async ({ host, node }) => {
    const session = new SharedSession(ssh, host, signal);
    const run = nomadOverSsh(session);
    const commands = new NomadCommands({ run, location: ON_CLIENT, clock, requestTimeout });
    const self = await readSelf(commands, host, signal);
    if (node !== null && self.id !== node.id) throw otherClient(host, node, self);
    return { host, session, machine: { id: self.id, run } };
  });
  const machines = new Map<NodeId, ClientMachine>();
  for (const { machine } of found) machines.set(machine.id, machine);
  const [first, ...others] = machines.values();
  const [reader] = found;
  if (!first || !reader) throw new Error('nobody was named');
  const release = reader.session.hold();
  const run = nomadOnClients(first, others);
  const nomad = createExecNomadClient({ run, location: ON_CLIENT, clock, requestTimeout });
  return {
    nomad: closing(nomad, release),
    hosts: new Map(found.map(({ host, machine }) => [machine.id, host])),
  };
}

/**
 * Reads the node that the agent of a machine reports for itself (command/node_status.go with
 * `-self`).
 */
async function readSelf(
  commands: NomadCommands,
  host: string,
  signal: AbortSignal,
): Promise<NomadNode> {
  const operation = { action: 'say which client it is', requires: 'node:read' };
  try {
    const text = await commands.text(['node', 'status', '-self', '-json'], operation, signal);
    const node = decodeNodeDetail(documentOf(text, operation));
    if (node === null) throw badAnswer(operation, 'is not what Nomad prints');
    return node;
  } catch (error) {
    if (!isAdminError(error) || !/not running in client mode/i.test(error.message)) throw error;
    throw notAClient(`The Nomad agent on ${host}`, error);
  }
}

function notAClient(agent: string, cause?: unknown): AdminError {
  return new AdminError(
    'validation',
    `${agent} is not a client: Nomad not running in client mode`,
    {
      code: 'NOT_A_CLIENT',
      hint: 'Name a client. List them: circleci-admin nomad node-status',
      cause,
    },
  );
}

function otherClient(host: string, wanted: NomadNode, self: NomadNode): AdminError {
  return new AdminError(
    'refused',
    `The machine at ${host} is the client ${self.name} (${self.id}), not ${wanted.name} (${wanted.id})`,
    {
      code: 'OTHER_CLIENT',
      hint: 'The address may have been reused. Nothing was changed; to see the clients now: circleci-admin nomad node-status',
    },
  );
}

/** Makes a client call `release` when it is closed. */
function closing(nomad: NomadClient, release: () => void): NomadClient {
  const close = nomad.close.bind(nomad);
  return Object.assign(nomad, {
    close: async () => {
      release();
      await close();
    },
  });
}
