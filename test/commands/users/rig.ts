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

/** A sandbox with accounts, and a way to run commands against it. */
export interface Rig {
  readonly sandbox: Sandbox;
  /** The working directory of the commands. */
  readonly directory: string;
  run(words: readonly string[], options?: TestRuntimeOptions): Promise<CliResult>;
  /** Returns the logins of suspended accounts. */
  suspended(): readonly string[];
}

/** Starts a rig. The sandbox's clock runs, so that pauses end. There is no rate limit. */
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
    // A slow test machine must not cause timeouts, even if the sandbox's clock runs fast.
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

/** Returns the logins of accounts that are not suspended and not administrators, in list order. */
export function openLogins({ sandbox }: Pick<Rig, 'sandbox'>): readonly string[] {
  return sandbox.server.accounts
    .all()
    .filter(
      ({ suspended, adminScopes }) => !suspended && adminScopes.every((one) => one === 'none'),
    )
    .map(({ login }) => login);
}
