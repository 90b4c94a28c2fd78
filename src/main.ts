import { join } from 'node:path';
import { commandTable, packageVersion } from 'virtual:command-table';
import { processRuntime } from './lib/cli/process-runtime.ts';
import { runCli } from './lib/cli/run.ts';

/** The time in which everything that a command has opened is closed. */
const GRACE_MS = 500;

/** The bundled program: `bin/run.js` calls it with the words of the command line. */
export async function main(argv: readonly string[]): Promise<void> {
  const facts = {
    name: 'circleci-admin',
    version: packageVersion,
    root: join(import.meta.dirname, '..'),
  };
  process.exitCode = await runCli(argv, processRuntime(), commandTable, facts);
  // A credential plugin of the kubeconfig that still runs must not hold up who pressed Tab.
  if (argv[0] === 'completion') process.exit();
  // Nor must a connection attempt that nobody answers hold up the end of any other command.
  setTimeout(() => process.exit(), GRACE_MS).unref();
}
