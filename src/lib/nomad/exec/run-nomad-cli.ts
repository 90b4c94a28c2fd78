import { type Readable, Writable } from 'node:stream';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { isMissingPod, reportableError } from '../access/access-failure.ts';
import { replaceMissingPod } from '../access/missing-pod.ts';
import type { WantedPod } from '../server-pods.ts';
import { execInServerPod } from './exec-in-server-pod.ts';

/** A stream that takes text or bytes; the promise resolves when it can take more. */
interface Sink {
  readonly isTTY: boolean;
  write(data: string | Uint8Array): Promise<void>;
}

/** The terminal or the pipes of this program. */
export interface Terminal {
  readonly stdin: {
    readonly isTTY: boolean;
    readonly stream: Readable & { setRawMode?(raw: boolean): unknown };
  };
  readonly stdout: Sink;
  readonly stderr: Sink;
  sizes(signal: AbortSignal): AsyncIterable<{ readonly columns: number; readonly rows: number }>;
}

/**
 * Runs the nomad CLI in the pod of the Nomad server, connected to the streams of this program. If
 * standard input and output are terminals, the CLI gets a terminal too, and keys (including Ctrl-C)
 * are sent to it. If the operator did not name the pod and the default one does not exist, the CLI
 * runs in a pod that runs Nomad.
 *
 * @returns the exit code of the CLI
 * @throws AdminError as {@link KubernetesClient.exec}, NOMAD_POD_NOT_FOUND
 */
export async function runNomadCli(
  kubernetes: Pick<KubernetesClient, 'exec' | 'listPods'>,
  run: WantedPod & {
    /** Without `nomad` itself. */
    readonly args: readonly string[];
    readonly terminal: Terminal;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { args, terminal, signal } = run;
  const { stdin, stdout, stderr } = terminal;
  const tty = stdin.isTTY && stdout.isTTY;
  const done = new AbortController();
  if (tty) stdin.stream.setRawMode?.(true);
  try {
    const { exitCode } = await inServerPod(kubernetes, run, (pod) =>
      execInServerPod(kubernetes, {
        pod,
        command: ['nomad', ...args],
        stdout: writable(stdout),
        stderr: writable(stderr),
        // Piped input is passed only to commands that read it: old API servers drop output when it
        // ends.
        ...(tty || readsStdin(args) ? { stdin: stdin.stream } : {}),
        ...(tty ? { tty, sizes: terminal.sizes(AbortSignal.any([signal, done.signal])) } : {}),
        signal,
      }),
    );
    return exitCode;
  } finally {
    done.abort();
    if (tty) stdin.stream.setRawMode?.(false);
    // A flowing stream keeps the process alive.
    stdin.stream.pause();
  }
}

/** Runs it in the wanted pod, or in the replacement if that does not exist. */
async function inServerPod<T>(
  kubernetes: Pick<KubernetesClient, 'listPods'>,
  wanted: WantedPod,
  runIn: (pod: string) => Promise<T>,
): Promise<T> {
  try {
    return await runIn(wanted.pod);
  } catch (error) {
    const missing = reportableError(error, wanted.pod);
    if (!isMissingPod(missing)) throw error;
    const found = await replaceMissingPod(missing, wanted, async () => kubernetes);
    if ('error' in found) throw found.error;
    // The pod was refused before anything ran, so that a change is still made only once.
    return runIn(found.pod);
  }
}

/** Returns whether a command reads standard input: `-` instead of a file, or an `exec` command. */
function readsStdin(args: readonly string[]): boolean {
  return args.includes('-') || args.slice(0, 2).includes('exec');
}

function writable(sink: Sink): Writable {
  return new Writable({
    write(chunk: Uint8Array, _encoding, callback) {
      sink.write(chunk).then(
        () => callback(),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
}
