import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, type SandboxOptions } from '../../src/lib/sandbox/sandbox.ts';
import { healthy } from '../../src/lib/sandbox/scenarios/healthy.ts';
import { type CliResult, cli } from './cli.ts';
import { HurriedClock } from './hurried-clock.ts';
import { SANDBOX_START } from './sandbox.ts';
import type { TestRuntimeOptions } from './test-runtime.ts';

/** The profile of a {@link World}. */
export const PROFILE = 'lab';

/** A sandbox, and a machine whose config file has a profile for it. */
export class World implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: string;
  readonly configPath: string;
  readonly auditPath: string;
  /** The values of the placeholders NODE, JOB, ... in command lines of tests. */
  readonly #names: ReadonlyMap<string, string>;

  private constructor(sandbox: Sandbox, home: string, names: ReadonlyMap<string, string>) {
    this.sandbox = sandbox;
    this.home = home;
    this.configPath = join(home, 'config', 'config.yaml');
    this.auditPath = join(home, 'data', 'audit.jsonl');
    this.#names = names;
  }

  /**
   * Starts the sandbox, writes the profile, and makes changes so that the audit log has entries.
   */
  static async open(options: SandboxOptions = {}): Promise<World> {
    // Without a rate limit, because it would never recover while the clock is stopped.
    const scenario = { ...healthy, server: { ...healthy.server, limit: null } };
    const sandbox = await Sandbox.start({
      scenario,
      clients: 4,
      builds: 2,
      rate: 0,
      startAt: SANDBOX_START,
      ...options,
    });
    const home = await mkdtemp(join(tmpdir(), 'world-'));
    const names = new Map<string, string>();
    const world = new World(sandbox, home, names);
    await mkdir(join(home, 'config'), { mode: 0o700 });
    await world.writeProfile();
    const read = async (...argv: readonly string[]): Promise<readonly string[]> => {
      const { stdout } = await world.cli(argv);
      return stdout.split(/[\n\t]/);
    };
    const name = (key: string, value: string | undefined): void => {
      names.set(key, value ?? '');
    };
    const idle = await read('nomad', 'node-status', '--idle', '--columns', 'name,id');
    ['NODE', 'NODE_ID', 'SPARE', 'SPARE_ID'].forEach((key, at) => {
      name(key, idle[at]);
    });
    name('JOB', (await read('nomad', 'status', '--status', 'running', '--columns', 'id'))[0]);
    const logins = async (...flags: readonly string[]): Promise<readonly string[]> =>
      (await read('users', 'list', '--columns', 'login', ...flags)).filter(Boolean);
    const active = (await logins('--state', 'active', '--match', '*a*')).filter(
      (login) => !login.startsWith('sandbox-'),
    );
    const [gone, login, leaver, restored = ''] = active;
    name('LOGIN', login);
    name('LEAVER', leaver);
    name('SUSPENDED', (await logins('--state', 'suspended'))[0]);
    const members = (await logins()).filter((one) => one !== gone);
    await writeFile(join(home, 'members.txt'), members.join('\n'));
    name('MEMBERS', join(home, 'members.txt'));
    await world.cli(['settings', 'required-orgs', 'add', 'acme-labs', '--yes']);
    const undo = join(home, 'undo.json');
    await world.cli(['users', 'suspend', restored, '--yes', '--undo-file', undo]);
    name('UNDO', undo);
    await world.cli(['config', 'set', 'version', '3.0', '--yes']);
    name('CHANGE', (await read('audit', 'list', '--limit', '1', '--columns', 'id'))[0]);
    name('FILE', world.configPath);
    name('KUBECONFIG', sandbox.environment()['KUBECONFIG']);
    sandbox.calls.reset();
    return world;
  }

  /** Writes the config file with the profile and additional lines in it. */
  async writeProfile(...lines: readonly string[]): Promise<void> {
    const {
      CIRCLE_HOST,
      CIRCLE_TOKEN = '',
      KUBECONFIG,
      NOMAD_ADDR,
      NODE_EXTRA_CA_CERTS,
    } = this.sandbox.environment();
    const tokenFile = join(this.home, 'server-token');
    await writeFile(tokenFile, CIRCLE_TOKEN, { mode: 0o600 });
    const profile = [
      `host: ${CIRCLE_HOST}`,
      'kubernetes:',
      `  kubeconfig: ${KUBECONFIG}`,
      'nomad:',
      `  address: ${NOMAD_ADDR}`,
      'server:',
      `  tokenFile: ${tokenFile}`,
      `  caFile: ${NODE_EXTRA_CA_CERTS}`,
      ...lines,
    ];
    const file = [`current: ${PROFILE}`, 'installations:', `  ${PROFILE}:`];
    await writeFile(
      this.configPath,
      [...file, ...profile.map((line) => `    ${line}`), '  spare: {}', ''].join('\n'),
    );
    await chmod(this.configPath, 0o600);
  }

  /** Runs a command line on the machine, after replacing placeholders such as NODE and JOB. */
  cli(argv: readonly string[], options: TestRuntimeOptions = {}): Promise<CliResult> {
    const env = {
      CIRCLECI_ADMIN_CONFIG_DIR: join(this.home, 'config'),
      CIRCLECI_ADMIN_DATA_DIR: join(this.home, 'data'),
      CIRCLECI_ADMIN_STATE_DIR: join(this.home, 'state'),
      CIRCLECI_ADMIN_CACHE_DIR: join(this.home, 'cache'),
      // All profiles of a test use the same machines.
      ...this.sandbox.ssh.environment(),
      ...options.env,
    };
    const words = argv.map((word) => this.#names.get(word) ?? word);
    return cli(words, {
      clock: new HurriedClock(SANDBOX_START),
      home: this.home,
      cwd: this.home,
      ...options,
      env,
    });
  }

  /** Reads the audit log; returns an empty string if there is none. */
  audit(): Promise<string> {
    return readFile(this.auditPath, 'utf8').catch(() => '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}
