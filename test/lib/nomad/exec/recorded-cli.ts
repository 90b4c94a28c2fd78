import type { RunNomad } from '../../../../src/lib/nomad/exec/nomad-commands.ts';
import { RECORDED, recordedText } from '../http/recorded-nomad.ts';

/** What a command prints and how it ends. */
export interface Printed {
  readonly stdout?: string | readonly string[];
  readonly stderr?: string;
  readonly exit?: number;
  /** The connection to the pod breaks after the output. */
  readonly breaks?: Error;
  /** It goes on until it is stopped. */
  readonly hangs?: boolean;
}

/** A nomad CLI that prints what it is told, and all that it was run with. */
export interface FakeCli {
  readonly run: RunNomad;
  readonly ran: readonly (readonly string[])[];
  /** How many commands were stopped before they ended. */
  readonly stopped: () => number;
}

/** Answers commands by their words. */
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
 * The CLI of 1.0.4. Its `-json` prints what the API says (command/data_format.go): where the CLI
 * itself was not recorded, the API's recording stands in.
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

/** Answers as the recorded CLI did; unknown objects in the recorded words. */
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
