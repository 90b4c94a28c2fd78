import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CliResult, cli } from './cli.ts';
import type { TestRuntimeOptions } from './test-runtime.ts';

/** An isolated machine: a home directory with its own config file and data. */
export interface Machine {
  readonly home: string;
  /** The path of the config file, which may not exist. */
  readonly configPath: string;
  readonly dataDir: string;
  /** Runs a command line on this machine, without colours. */
  cli(argv: readonly string[], options?: TestRuntimeOptions): Promise<CliResult>;
}

/** Creates a machine and removes it after the test. */
export async function machine(): Promise<Machine> {
  const home = await mkdtemp(join(tmpdir(), 'machine-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const configDir = join(home, 'config');
  const dataDir = join(home, 'data');
  const own = {
    CIRCLECI_ADMIN_CONFIG_DIR: configDir,
    CIRCLECI_ADMIN_DATA_DIR: dataDir,
    NO_COLOR: '1',
  };
  return {
    home,
    configPath: join(configDir, 'config.yaml'),
    dataDir,
    cli: (argv, options = {}) => cli(argv, { home, ...options, env: { ...own, ...options.env } }),
  };
}
