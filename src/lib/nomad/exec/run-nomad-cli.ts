import { type Readable, Writable } from 'node:stream';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { replaceMissingPod } from '../access/missing-pod.ts';
import { isMissingPod, presentable } from '../access/way-failure.ts';
import type { WantedPod } from '../server-pods.ts';
import { execInServerPod } from './exec-in-server-pod.ts';

/** A stream that takes text or bytes and says when it can take more. */
interface Sink {
  readonly isTTY: boolean;
  write(data: string | Uint8Array): Promise<void>;
}

/** The terminal, or the pipes, that a program is connected to. */
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
 * Runs the nomad CLI in the pod of the Nomad server, connected to our own streams. With a terminal
 * on both ends it gets a terminal there, and keys (Ctrl-C too) go to it. Where nobody has named the
 * pod and the usual one is not there, it runs in one that runs Nomad.
 *
 * @returns its exit code
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
        // A pipe is handed on only to what reads it: old API servers drop output when stdin ends.
        ...(tty || readsStdin(args) ? { stdin: stdin.stream } : {}),
        ...(tty ? { tty, sizes: terminal.sizes(AbortSignal.any([signal, done.signal])) } : {}),
        signal,
      }),
    );
    return exitCode;
  } finally {
    done.abort();
    if (tty) stdin.stream.setRawMode?.(false);
    // A stream that flows keeps the process alive.
    stdin.stream.pause();
  }
}

/** Runs it in the pod that is wanted, or else in the one that stands in its place. */
async function inServerPod<T>(
  kubernetes: Pick<KubernetesClient, 'listPods'>,
  wanted: WantedPod,
  runIn: (pod: string) => Promise<T>,
): Promise<T> {
  try {
    return await runIn(wanted.pod);
  } catch (error) {
    const missing = presentable(error, wanted.pod);
    if (!isMissingPod(missing)) throw error;
    const found = await replaceMissingPod(missing, wanted, async () => kubernetes);
    if ('error' in found) throw found.error;
    // The refusal came before anything was run: even a change runs once.
    return runIn(found.pod);
  }
}

/** `-` in place of a file, and programs that run in an allocation. */
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
