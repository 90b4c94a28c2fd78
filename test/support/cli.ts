import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceCommands } from '../../scripts/source-commands.ts';
import type { CommandTable } from '../../src/lib/cli/command-table.ts';
import { runCli } from '../../src/lib/cli/run.ts';
import { TestRuntime, type TestRuntimeOptions } from './test-runtime.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** How a command line ended. */
export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A command line that runs: what it has said so far, and how it ends. */
export interface RunningCli {
  readonly runtime: TestRuntime;
  readonly result: Promise<CliResult>;
}

let table: Promise<CommandTable> | undefined;
let directory: string | undefined;

/**
 * Runs a command line in this process, on the sources. Config, data and state of the machine's user
 * are out of its reach.
 *
 * @param options `env` is all that the command sees of an environment
 */
export async function cli(
  argv: readonly string[],
  options: TestRuntimeOptions = {},
): Promise<CliResult> {
  return await startCli(argv, options).result;
}

/** The same, for a command that a test watches or interrupts while it runs. */
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
