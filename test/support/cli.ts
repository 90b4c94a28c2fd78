import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceCommands } from '../../scripts/source-commands.ts';
import type { CommandTable } from '../../src/lib/cli/command-table.ts';
import { runCli } from '../../src/lib/cli/run.ts';
import { TestRuntime, type TestRuntimeOptions } from './test-runtime.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The result of a command line. */
export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A running command line: its runtime with the output so far, and its result. */
export interface RunningCli {
  readonly runtime: TestRuntime;
  readonly result: Promise<CliResult>;
}

let table: Promise<CommandTable> | undefined;
let directory: string | undefined;

/**
 * Runs a command line in this process, from the sources. It has private directories for config,
 * data and state, so that it does not use those of the machine's user.
 *
 * @param options `env` is the whole environment of the command, apart from these directories
 */
export async function cli(
  argv: readonly string[],
  options: TestRuntimeOptions = {},
): Promise<CliResult> {
  return await startCli(argv, options).result;
}

/** Starts a command line, for tests that observe or interrupt it while it runs. */
export function startCli(argv: readonly string[], options: TestRuntimeOptions = {}): RunningCli {
  const home = privateDirectory();
  const runtime = new TestRuntime({
    home,
    ...options,
    env: {
      CIRCLECI_ADMIN_CONFIG_DIR: join(home, 'config'),
      CIRCLECI_ADMIN_DATA_DIR: join(home, 'data'),
      CIRCLECI_ADMIN_STATE_DIR: join(home, 'state'),
      ...options.env,
    },
  });
  return { runtime, result: runToEnd(argv, runtime) };
}

async function runToEnd(argv: readonly string[], runtime: TestRuntime): Promise<CliResult> {
  table ??= sourceCommands();
  const facts = { name: 'circleci-admin', version: '0.0.0-test', root: ROOT };
  const exitCode = await runCli(argv, runtime, await table, facts);
  return { stdout: runtime.stdout.text, stderr: runtime.stderr.text, exitCode };
}

function privateDirectory(): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'circleci-admin-test-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  return directory;
}
