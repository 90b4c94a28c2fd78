import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processRuntime } from '../src/lib/cli/process-runtime.ts';
import { runCli } from '../src/lib/cli/run.ts';
import { sourceCommands } from './source-commands.ts';

const ROOT = join(import.meta.dirname, '..');

/** Runs a command line from the sources. */
export async function main(argv: readonly string[]): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  process.exitCode = await runCli(argv, processRuntime(), await sourceCommands(), {
    name: 'circleci-admin',
    version,
    root: ROOT,
  });
}
