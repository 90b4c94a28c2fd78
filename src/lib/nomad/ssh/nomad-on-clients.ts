import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { shellWord } from '../../shell-word.ts';
import { exitStatus } from '../../ssh/exit-status.ts';
import type { CliLocation, RunNomad } from '../exec/nomad-commands.ts';
import type { NodeId } from '../model.ts';
import type { SharedSession } from './shared-session.ts';

/** A Nomad client whose own CLI is used. */
export interface ClientMachine {
  readonly id: NodeId;
  /** Runs the nomad CLI on it. */
  readonly run: RunNomad;
}

/** The description of the nomad CLI on a client, for messages. */
export const ON_CLIENT: CliLocation = {
  name: 'the machine',
  absentHint: 'Check that it is a Nomad client: circleci-admin nomad node-status',
  unreachableHint: 'Check the agent there: circleci-admin nomad ssh NODE -- systemctl status nomad',
};

/** Returns a function that runs the nomad CLI on a host. */
export function nomadOverSsh(session: SharedSession): RunNomad {
  return (args, { stdout, stderr, signal }) =>
    session.use(async (open) =>
      exitStatus(
        await open.exec({
          command: ['nomad', ...args].map(shellWord).join(' '),
          stdout: (data) => pour(stdout, data, signal),
          stderr: (data) => pour(stderr, data, signal),
          ...(signal ? { signal } : {}),
        }),
      ),
    );
}

/**
 * Runs the nomad CLI on several clients as if they were one. A command that concerns one of them
 * runs on that one, with `-self` as in the operations guide; any other command runs on the first.
 * Every agent answers for the whole cluster, so any of them will do.
 */
export function nomadOnClients(first: ClientMachine, others: readonly ClientMachine[]): RunNomad {
  const machines = [first, ...others];
  return (args, io) => {
    const own = machines.find(({ id }) => args.some((word) => isAbout(word, id)));
    if (!own) return first.run(args, io);
    const itself =
      args[0] === 'node' ? args.map((word) => (word === own.id ? '-self' : word)) : args;
    return own.run(itself, io);
  };
}

function isAbout(word: string, id: NodeId): boolean {
  return word === id || word.startsWith(`/v1/node/${id}`);
}

async function pour(stream: Writable, data: Uint8Array, signal?: AbortSignal): Promise<void> {
  if (stream.write(data)) return;
  await once(stream, 'drain', signal ? { signal } : {});
}
