import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A stand-in for circleci CLI v1 that implements its documented extensions: `circleci NAME ARGS...`
 * runs `circleci-NAME` from the PATH with the remaining arguments and inherited streams, sets
 * `CIRCLE_TOKEN` and `CIRCLE_HOST` from its own configuration, and returns the exit code of the
 * program.
 */
const LAUNCHER = `#!/bin/sh
name=$1
program=$(command -v "circleci-$name") || { echo "circleci: unknown command $name" >&2; exit 2; }
shift
CIRCLE_TOKEN=$LAUNCHER_TOKEN CIRCLE_HOST=$LAUNCHER_HOST exec "$program" "$@"
`;

const RUN = join(import.meta.dirname, '..', '..', 'bin', 'run.js');

/** The result of a program. */
export interface Launched {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Installs the launcher and `circleci-admin` (as npm would) in a directory for the PATH. */
export async function installLauncher(directory: string): Promise<void> {
  const programs = {
    circleci: LAUNCHER,
    'circleci-admin': `#!/bin/sh\nexec '${process.execPath}' '${RUN}' "$@"\n`,
  };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(directory, name), text);
    await chmod(join(directory, name), 0o755);
  }
}

/** Runs `circleci WORDS...` with the given host and token in its configuration. */
export function launch(
  directory: string,
  words: readonly string[],
  configured: { readonly host: string; readonly token: string },
  env: Readonly<Record<string, string>> = {},
): Promise<Launched> {
  const { PATH = '' } = process.env;
  const environment = {
    PATH: `${directory}:${PATH}`,
    HOME: directory,
    LAUNCHER_HOST: configured.host,
    LAUNCHER_TOKEN: configured.token,
    ...env,
  };
  return new Promise((resolve) => {
    execFile(join(directory, 'circleci'), words, { env: environment }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, exitCode: typeof error?.code === 'number' ? error.code : 0 });
    });
  });
}
