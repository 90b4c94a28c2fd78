import type { SshClient } from '../../ssh/client.ts';
import { exitStatus } from '../../ssh/exit-status.ts';
import type { Terminal } from '../exec/run-nomad-cli.ts';

/** What is run on a client, and what it is connected to. */
export interface ClientRun {
  /** A command line for the shell there; null for the shell itself. */
  readonly command: string | null;
  /** Gives the command a terminal as well, where we have one. */
  readonly tty: boolean;
  /** Such as `xterm-256color`. */
  readonly terminalType: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Told when the signal ended what had begun. */
  readonly onCut: () => void;
}

/**
 * Runs a command, or a shell, on a Nomad client, connected to our own streams.
 *
 * @returns its exit code; 128 and the signal's number where a signal ended it, as shells say it
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
        // A stream that flows keeps the process alive.
        stdin.stream.pause();
      }
    },
    signal,
  );
}
