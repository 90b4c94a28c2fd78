import type { SshClient } from '../../ssh/client.ts';
import { exitStatus } from '../../ssh/exit-status.ts';
import type { Terminal } from '../exec/run-nomad-cli.ts';

/** A command to run on a client, and its terminal. */
export interface ClientRun {
  /** A command line for the remote shell; null for an interactive shell. */
  readonly command: string | null;
  /** Allocates a terminal for a command too, if this program has one. */
  readonly tty: boolean;
  /** The terminal type, such as `xterm-256color`. */
  readonly terminalType: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Called if the signal interrupted a running command. */
  readonly onCut: () => void;
}

/**
 * Runs a command or a shell on a Nomad client, connected to the streams of this program.
 *
 * @returns the exit code; 128 plus the signal's number if a signal ended the command, as in shells
 * @throws AdminError as {@link SshClient.use}
 */
export async function runOnClient(
  ssh: Pick<SshClient, 'use'>,
  host: string,
  run: ClientRun,
): Promise<number> {
  const { command, terminal, signal } = run;
  const { stdin, stdout, stderr } = terminal;
  const tty = (command === null || run.tty) && stdin.isTTY && stdout.isTTY;
  const done = new AbortController();
  return ssh.use(
    host,
    async (session) => {
      if (tty) stdin.stream.setRawMode?.(true);
      try {
        const sizes = terminal.sizes(AbortSignal.any([signal, done.signal]));
        const exit = await session.exec({
          command,
          stdout: (data) => stdout.write(data),
          stderr: (data) => stderr.write(data),
          stdin: stdin.stream,
          ...(tty ? { terminal: { type: run.terminalType, sizes } } : {}),
          signal,
        });
        return exitStatus(exit);
      } catch (error) {
        if (signal.aborted) run.onCut();
        throw error;
      } finally {
        done.abort();
        if (tty) stdin.stream.setRawMode?.(false);
        // A flowing stream keeps the process alive.
        stdin.stream.pause();
      }
    },
    signal,
  );
}
