import type { RunNomad } from '../../../../src/lib/nomad/exec/nomad-commands.ts';
import { RECORDED, recordedText } from '../http/recorded-nomad.ts';

/** The output of a command and how it ends. */
export interface Printed {
  readonly stdout?: string | readonly string[];
  readonly stderr?: string;
  readonly exit?: number;
  /** The error with which the connection to the pod breaks after the output. */
  readonly breaks?: Error;
  /** Whether the command runs until it is stopped. */
  readonly hangs?: boolean;
}

/** A fake nomad CLI that prints the given output and records its commands. */
export interface FakeCli {
  readonly run: RunNomad;
  readonly ran: readonly (readonly string[])[];
  /** Returns how many commands were stopped before they ended. */
  readonly stopped: () => number;
}

/** Creates a CLI whose output depends on the arguments. */
export function fakeCli(print: (args: readonly string[]) => Printed): FakeCli {
  const ran: (readonly string[])[] = [];
  let stopped = 0;
  const run: RunNomad = async (args, { stdout, stderr, signal }) => {
    ran.push(args);
    const { stdout: out = '', stderr: err = '', exit = 0, breaks, hangs } = print(args);
    if (err !== '') stderr.write(err);
    for (const piece of typeof out === 'string' ? [out] : out) stdout.write(piece);
    if (hangs) {
      await new Promise((_resolve, reject) => {
        const stop = (): void => {
          stopped += 1;
          reject(signal?.reason);
        };
        if (signal?.aborted) stop();
        else signal?.addEventListener('abort', stop, { once: true });
      });
    }
    if (breaks) throw breaks;
    return exit;
  };
  return { run, ran, stopped: () => stopped };
}

const NODE = '4ad846c5-2aad-cbf8-09d9-e3e54d2d00dd';

/**
 * The outputs of the CLI of 1.0.4. With `-json` it prints the API's answers
 * (command/data_format.go), so the API's recordings are used for commands that were not recorded.
 */
const PRINTS: Readonly<Record<string, string>> = {
  version: 'cli/version.txt',
  'server members': 'cli/server-members.txt',
  'node status -json': 'cli/node-status-json.txt',
  [`node status -json ${NODE}`]: 'http/node.json',
  'alloc status -json': 'http/allocations.json',
  'alloc status -json 0e449bfc-dd31-87a0-71d8-fe63b5aacb8a': 'http/allocation-running.json',
  'job inspect -json': 'http/jobs.json',
  'job inspect -json 6007ca6352718c10b1227a57-0-build-circleci-realitycheck-21':
    'http/job-running.json',
  'eval status -json': 'http/job-pending-evaluations.json',
  'alloc logs -stderr 1ea80217-537f-9b48-b859-78cf979383f1 build-agent':
    'cli/logs-stderr-alloc-complete.txt',
};

/** Creates a CLI that answers as recorded, and reports unknown objects with the recorded errors. */
export function recordedCli(): FakeCli {
  return fakeCli((args) => {
    const file = PRINTS[args.join(' ')];
    if (file !== undefined) return { stdout: recordedText(file) };
    const failed = RECORDED.find(
      ({ argv, exit }) => exit === 1 && argv?.[1] === args[0] && argv?.[2] === args[1],
    );
    return { stderr: failed?.stderr ?? `No node(s) with prefix "x" found\n`, exit: 1 };
  });
}
