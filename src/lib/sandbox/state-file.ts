import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdminError, isAdminError } from '../errors.ts';
import { SandboxControl } from './control-client.ts';
import type { ControlAddress, SandboxDescription } from './control-protocol.ts';

/** The contents of a running sandbox's state file. */
export interface SandboxState extends SandboxDescription {
  readonly name: string;
  readonly control: ControlAddress;
}

/** A sandbox that is running or starting. */
export type LiveSandbox =
  | { readonly phase: 'starting'; readonly pid: number }
  | { readonly phase: 'running'; readonly state: SandboxState };

/** How long a sandbox may take to prove that it is running, in real milliseconds. */
const STATUS_LIMIT_MS = 3_000;

/**
 * The directory of a named sandbox. It exists as long as the sandbox runs, and contains a state
 * file that only its owner can read.
 */
export class SandboxDirectory {
  readonly name: string;
  readonly directory: string;
  /** The log of a sandbox in the background; it is kept after a crash. */
  readonly logFile: string;

  /**
   * @param home the directory of all sandboxes, from {@link sandboxHome}
   * @throws AdminError of kind `usage`, code BAD_SANDBOX_NAME
   */
  constructor(home: string, name: string) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name)) {
      throw new AdminError('usage', `"${name}" cannot be the name of a sandbox`, {
        code: 'BAD_SANDBOX_NAME',
        hint: 'Use letters, digits, hyphens and underscores.',
      });
    }
    this.name = name;
    this.directory = join(home, name);
    this.logFile = join(home, `${name}.log`);
  }

  /** Returns the live sandbox; null if there is none. Removes the files of a dead one. */
  async find(): Promise<LiveSandbox | null> {
    const live = await this.#read();
    if (live === null) return null;
    const alive =
      live.phase === 'starting'
        ? isAlive(live.pid)
        : isAlive(live.state.pid) && (await isRunning(live));
    if (alive) return live;
    await this.remove();
    return null;
  }

  /**
   * Returns the running sandbox.
   *
   * @throws AdminError of kind `notFound`, code SANDBOX_NOT_RUNNING
   */
  async running(): Promise<SandboxState> {
    const live = await this.find();
    if (live?.phase === 'running') return live.state;
    const flag = this.name === 'default' ? '' : ` --name ${this.name}`;
    throw new AdminError(
      'notFound',
      live === null
        ? `No sandbox named "${this.name}" is running`
        : `the sandbox "${this.name}" is still starting`,
      {
        code: 'SANDBOX_NOT_RUNNING',
        hint:
          live === null
            ? `Run: circleci-admin sandbox start --detach${flag}`
            : `Run again in a moment: circleci-admin sandbox status${flag}`,
      },
    );
  }

  /** @throws AdminError of kind `refused`, code SANDBOX_RUNNING */
  async checkFree(): Promise<void> {
    if ((await this.find()) !== null) throw this.#taken();
  }

  /** Returns whether the directory of the sandbox exists, even if it is dead. */
  exists(): boolean {
    return existsSync(this.directory);
  }

  /**
   * Claims the name for this process. Of two concurrent attempts, only one succeeds.
   *
   * @throws AdminError of kind `refused`, code SANDBOX_RUNNING
   */
  async claim(): Promise<void> {
    await this.checkFree();
    const home = join(this.directory, '..');
    await mkdir(home, { recursive: true, mode: 0o700 });
    const made = await mkdtemp(`${this.directory}.`);
    await writeState(made, { pid: process.pid });
    try {
      // Renaming fails if the target is a non-empty directory, so the first process wins.
      await rename(made, this.directory);
    } catch (error) {
      await rm(made, { recursive: true, force: true });
      throw this.#taken(error);
    }
  }

  /** Publishes the state of the sandbox. */
  async publish(state: SandboxState): Promise<void> {
    await writeState(this.directory, state);
  }

  /** Removes the directory of the sandbox. */
  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async #read(): Promise<LiveSandbox | null> {
    const text = await readFile(stateFile(this.directory), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      },
    );
    if (text === null) return null;
    const state = JSON.parse(text) as { readonly pid: number } | SandboxState;
    return 'control' in state ? { phase: 'running', state } : { phase: 'starting', pid: state.pid };
  }

  #taken(cause?: unknown): AdminError {
    const flag = this.name === 'default' ? '' : ` --name ${this.name}`;
    return new AdminError('refused', `A sandbox named "${this.name}" is already running`, {
      code: 'SANDBOX_RUNNING',
      hint: `Run: circleci-admin sandbox stop${flag}, or choose another name with --name.`,
      cause,
    });
  }
}

/**
 * Returns the directory of all sandboxes: below `CIRCLECI_ADMIN_STATE_DIR`, else below
 * `XDG_STATE_HOME/circleci-admin`, else below `~/.local/state/circleci-admin`.
 */
export function sandboxHome(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  const own = env['CIRCLECI_ADMIN_STATE_DIR'];
  const shared = env['XDG_STATE_HOME'] || join(home, '.local', 'state');
  return join(own || join(shared, 'circleci-admin'), 'sandbox');
}

/** Returns whether a process with this ID exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Returns whether the process is the sandbox, which alone accepts its token: process IDs are
 * reused.
 */
async function isRunning({ state }: { readonly state: SandboxState }): Promise<boolean> {
  try {
    const { pid } = await new SandboxControl(state.control).status(STATUS_LIMIT_MS);
    return pid === state.pid;
  } catch (error) {
    return isAdminError(error) && error.code === 'SANDBOX_HANGS';
  }
}

async function writeState(directory: string, state: object): Promise<void> {
  const path = stateFile(directory);
  await writeFile(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

function stateFile(directory: string): string {
  return join(directory, 'state.json');
}
