import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { GitHubScenario } from '../../../src/lib/sandbox/github/scenario.ts';
import type { Sandbox } from '../../../src/lib/sandbox/sandbox.ts';
import { healthy } from '../../../src/lib/sandbox/scenarios/healthy.ts';
import type { ServerScenario } from '../../../src/lib/sandbox/server/scenario.ts';
import { type CliResult, cli, startSandbox } from '../../support/sandbox.ts';
import type { TestRuntimeOptions } from '../../support/test-runtime.ts';

/** A sandbox with accounts, and a machine to change them from. */
export interface Rig {
  readonly sandbox: Sandbox;
  /** A directory for the test's files: what the commands are run in. */
  readonly directory: string;
  run(words: readonly string[], options?: TestRuntimeOptions): Promise<CliResult>;
  /** Logins of those who are suspended. */
  suspended(): readonly string[];
}

/** Starts both. The sandbox's time runs, so that pauses end; requests are not limited. */
export async function startRig(
  server: ServerScenario,
  options: { readonly github?: GitHubScenario; readonly rate?: number } = {},
): Promise<Rig> {
  const { github = {}, rate = 20 } = options;
  const scenario = { ...healthy, server: { limit: null, ...server }, github };
  const sandbox = await startSandbox({ scenario, clients: 1, builds: 0, rate });
  const directory = await mkdtemp(join(tmpdir(), 'users-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const env = {
    ...sandbox.environment(),
    CIRCLECI_ADMIN_CACHE_DIR: join(directory, 'cache'),
    // A machine under load is no server that hangs, however fast the sandbox's time runs.
    CIRCLECI_ADMIN_REQUEST_TIMEOUT: '30m',
  };
  return {
    sandbox,
    directory,
    run: (words, more = {}) =>
      cli(words, { clock: sandbox.clock, cwd: directory, ...more, env: { ...env, ...more.env } }),
    suspended: () =>
      sandbox.server.accounts
        .all()
        .filter((account) => account.suspended)
        .map(({ login }) => login),
  };
}

/** Logins of accounts that are not suspended and administer nothing, in the list's order. */
export function openLogins({ sandbox }: Pick<Rig, 'sandbox'>): readonly string[] {
  return sandbox.server.accounts
    .all()
    .filter(
      ({ suspended, adminScopes }) => !suspended && adminScopes.every((one) => one === 'none'),
    )
    .map(({ login }) => login);
}
