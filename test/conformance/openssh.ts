import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const SSHD = process.env['SSHD'] ?? '/usr/sbin/sshd';
/** The directory of sshd's libraries from unpacked Debian packages; null if it is not set. */
const LIBRARIES = process.env['SSHD_LIBRARIES'] ?? null;
/** As root, sshd needs a separate account of its own, so it runs as nobody. */
const UID = process.getuid?.() === 0 ? 65_534 : (process.getuid?.() ?? 0);

/** The user name on all servers. */
export const USER = 'operator';

/** Whether an OpenSSH server can be started; if not, prints a line on stderr. */
export function hasOpenSsh(): boolean {
  const there = existsSync(SSHD) && LIBRARIES !== null;
  if (!there) process.stderr.write(`skipped: no sshd (${SSHD}) with libnss_wrapper\n`);
  return there;
}

/** Creates a key pair: `path` and `path.pub`. */
export function makeKey(path: string, passphrase = '', options = ['-t', 'ed25519']): void {
  execFileSync('ssh-keygen', ['-q', ...options, '-N', passphrase, '-f', path]);
}

/** Options that differ from the usual ones. */
export interface OpenSshOptions {
  /** The directory that comes first in the PATH of commands. */
  readonly path?: string;
  /** Additional lines for sshd_config. */
  readonly config?: readonly string[];
  /** The types of additional host keys. */
  readonly hostKeys?: readonly string[];
}

/** A real OpenSSH server on loopback. */
export class OpenSsh {
  readonly port: number;
  /** The path of its host key. */
  readonly hostKey: string;
  readonly #child: ChildProcess;

  private constructor(port: number, hostKey: string, child: ChildProcess) {
    this.port = port;
    this.hostKey = hostKey;
    this.#child = child;
  }

  /** Starts a server in a new directory. `authorized` is the content of authorized_keys. */
  static async start(
    directory: string,
    authorized: string,
    { path, config: more = [], hostKeys = [] }: OpenSshOptions = {},
  ): Promise<OpenSsh> {
    const port = await freePort();
    mkdirSync(directory);
    const file = (name: string): string => join(directory, name);
    const keys = ['host', ...hostKeys];
    for (const name of keys) makeKey(file(name), '', ['-t', name === 'host' ? 'ed25519' : name]);
    writeFileSync(file('passwd'), `${USER}:x:${UID}:${UID}::/tmp:/bin/sh\n`);
    writeFileSync(file('group'), `${USER}:x:${UID}:\n`);
    writeFileSync(file('authorized_keys'), authorized);
    const config = [
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      ...keys.map((name) => `HostKey ${file(name)}`),
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      ...(path === undefined ? [] : [`SetEnv PATH=${path}:/usr/bin:/bin`]),
      ...more,
    ];
    writeFileSync(file('sshd_config'), `${config.join('\n')}\n`);
    chmodSync(directory, 0o755);
    for (const name of keys) chownSync(file(name), UID, UID);
    const child = spawn(SSHD, ['-D', '-e', '-f', file('sshd_config')], {
      uid: UID,
      gid: UID,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        LD_LIBRARY_PATH: LIBRARIES ?? '',
        LD_PRELOAD: join(LIBRARIES ?? '', 'libnss_wrapper.so'),
        NSS_WRAPPER_PASSWD: file('passwd'),
        NSS_WRAPPER_GROUP: file('group'),
      },
    });
    await listening(child);
    return new OpenSsh(port, file('host'), child);
  }

  /** Stops the server and all of its sessions. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.cut();
    this.#child.kill();
    await ended;
  }

  /** Breaks all connections. */
  cut(): void {
    // A connection is held by a child of the process that monitors it.
    for (const id of descendantsOf(this.#child.pid ?? 0)) process.kill(id, 'SIGKILL');
  }
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (data) => {
      said += String(data);
      if (said.includes('Server listening')) resolve();
    });
    child.once('exit', () => reject(new Error(`sshd ended: ${said}`)));
  });
}

function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function childrenOf(pid: number): readonly number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean)
      .map(Number);
  } catch (error) {
    // pgrep fails if there are no children.
    if (error instanceof Error && 'status' in error && error.status === 1) return [];
    throw error;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
