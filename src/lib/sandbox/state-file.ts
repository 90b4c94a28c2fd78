import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdminError, isAdminError } from '../errors.ts';
import { SandboxControl } from './control-client.ts';
import type { ControlAddress, SandboxDescription } from './control-protocol.ts';

/** A running sandbox as its state file tells of it. */
export interface SandboxState extends SandboxDescription {
  readonly name: string;
  readonly control: ControlAddress;
}

/** A sandbox that is there: it runs, or it is about to. */
export type LiveSandbox =
  | { readonly phase: 'starting'; readonly pid: number }
  | { readonly phase: 'running'; readonly state: SandboxState };

/** Real milliseconds that a sandbox has to prove that it is there. */
const PROOF_MS = 3_000;

/**
 * The place where the sandbox of a name keeps its files: a directory that exists as long as it
 * runs, with a state file that its owner alone can read.
 */
export class SandboxPlace {
  readonly name: string;
  readonly directory: string;
  /** What a sandbox in the background writes; it outlives a crash. */
  readonly logFile: string;

  /**
   * @param home directory of all sandboxes, as {@link sandboxHome} finds it
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

  /** The sandbox that is there; null where there is none. What a dead one left is removed. */
  async find(): Promise<LiveSandbox | null> {
    const live = await this.#read();
    if (live === null) return null;
    const alive =
      live.phase === 'starting'
        ? isAlive(live.pid)
        : isAlive(live.state.pid) && (await proven(live));
    if (alive) return live;
    await this.remove();
    return null;
  }

  /**
   * The running sandbox.
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

  /** Whether the files of a sandbox are there, be it alive or dead. */
  exists(): boolean {
    return existsSync(this.directory);
  }

  /**
   * Takes the name for this process. Of two that try at once one gets it.
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
      // Renaming onto a directory that holds something fails: the first one wins.
      await rename(made, this.directory);
    } catch (error) {
      await rm(made, { recursive: true, force: true });
      throw this.#taken(error);
    }
  }

  /** Tells everybody where the sandbox is. */
  async publish(state: SandboxState): Promise<void> {
    await writeState(this.directory, state);
  }

  /** Forgets the sandbox. */
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
 * The directory of all sandboxes: below `CIRCLECI_ADMIN_STATE_DIR`, else below
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

/** Whether a process of this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Process ids are used again: only the sandbox itself answers to its token. */
async function proven({ state }: { readonly state: SandboxState }): Promise<boolean> {
  try {
    const { pid } = await new SandboxControl(state.control).status(PROOF_MS);
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
