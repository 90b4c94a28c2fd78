import { AdminError } from '../../errors.ts';
import type { Installation } from '../../installation/installation.ts';
import type { NomadClient } from '../../nomad/client.ts';
import type { NodeId } from '../../nomad/model.ts';
import { LOCAL_AGENT } from '../../nomad/nodes/local-agent.ts';
import { Flags } from '../oclif.ts';
import { sshChoice, sshFlags, sshTargetFlags } from './ssh-flags.ts';

/** The flags for how to reach Nomad: through the server (default) or on the clients themselves. */
export const clientAccessFlags = {
  via: Flags.option({
    summary: 'use the nomad CLI on the clients, by SSH',
    options: ['ssh'] as const,
  })(),
  self: Flags.boolean({ summary: 'the client on which this runs' }),
  ...sshFlags,
};

/** The values of {@link clientAccessFlags}. */
export type ClientAccessFlags = Parameters<typeof sshChoice>[0] & {
  readonly via?: 'ssh' | undefined;
  readonly self: boolean;
};

/** A Nomad client over the chosen access method, and the names of the selected clients. */
export interface ClientAccess {
  readonly nomad: NomadClient;
  readonly names: readonly string[];
  /** The host of each client that is reached by SSH. */
  readonly hosts: ReadonlyMap<NodeId, string>;
  /** The flags that select the access method, each after a space, for suggested commands. */
  readonly targetFlags: string;
  /** Closes the connections that were opened. */
  close(): Promise<void>;
}

/** The inputs of {@link connectToClients}. */
export interface ClientAccessContext {
  readonly installation: Installation;
  readonly names: readonly string[];
  /** Whether clients are selected by their properties, or all of them are. */
  readonly selected: boolean;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

/**
 * Connects to Nomad by the access method that the flags select.
 *
 * @throws AdminError of kind `usage` (CONFLICTING_FLAGS, NO_CLIENT_NAMED), and as findSelf and
 *   logInOnClients
 */
export async function connectToClients(
  flags: ClientAccessFlags,
  context: ClientAccessContext,
): Promise<ClientAccess> {
  const { installation, names, signal, note } = context;
  const nothingOpened = { hosts: new Map(), targetFlags: '', close: () => Promise.resolve() };
  checkFlags(flags, context);
  if (flags.self) {
    const { findSelf } = await import('../../nomad/nodes/find-self.ts');
    const nomad = await installation.nomad();
    const address = installation.settings.nomad.address ?? LOCAL_AGENT;
    return { ...nothingOpened, nomad, names: [await findSelf(nomad, address, { signal })] };
  }
  if (flags.via === undefined) {
    return { ...nothingOpened, nomad: await installation.nomad(), names };
  }
  const { logInOnClients } = await import('../../nomad/ssh/log-in.ts');
  const choice = sshChoice(flags);
  const { nomad, hosts } = await logInOnClients({
    ssh: await installation.ssh(choice),
    nomad: () => installation.nomad(),
    names,
    clock: installation.clock,
    requestTimeout: installation.settings.requestTimeout,
    signal,
    note,
  });
  return {
    nomad,
    hosts,
    names: [...hosts.keys()],
    targetFlags: ` --via ssh${sshTargetFlags(choice)}`,
    close: () => nomad.close(),
  };
}

function checkFlags(
  { via, self }: ClientAccessFlags,
  { names, selected }: ClientAccessContext,
): void {
  if (self && (via !== undefined || names.length > 0 || selected)) {
    throw new AdminError(
      'usage',
      '--self cannot be used together with other clients or selectors',
      {
        code: 'CONFLICTING_FLAGS',
        hint: 'Remove --self, or remove NODE, selectors and --via.',
      },
    );
  }
  if (via === undefined) return;
  if (selected) {
    throw new AdminError('usage', '--via ssh requires the names of clients', {
      code: 'CONFLICTING_FLAGS',
      hint: 'List the clients: circleci-admin nomad node-status',
    });
  }
  if (names.length > 0) return;
  throw new AdminError('usage', 'No client was named to log in to', {
    code: 'NO_CLIENT_NAMED',
    hint: 'Name clients, or their hosts if Nomad cannot be reached: --via ssh NODE',
  });
}
