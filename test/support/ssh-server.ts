import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';

const BITS = { rsa: 2_048, ecdsa: 256, ed25519: 256 } as const;

/**
 * Creates a key pair for a host or an operator in a directory, in the format of OpenSSH.
 *
 * @returns the path of the private key
 */
export function makeKey(
  directory: string,
  name: string,
  type: keyof typeof BITS,
  passphrase?: string,
): string {
  const path = join(directory, name);
  const locked = passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 1 };
  for (;;) {
    const made = ssh2.utils.generateKeyPairSync(type, { bits: BITS[type], ...locked });
    // ssh2 cannot read a key that it wrote if a number in the key starts with a zero byte.
    if (ssh2.utils.parseKey(made.private, passphrase) instanceof Error) continue;
    writeFileSync(path, made.private, { mode: 0o600 });
    writeFileSync(`${path}.pub`, `${made.public}\n`);
    return path;
  }
}

/** Returns the public key in the format of known_hosts. */
export function publicKey(path: string): string {
  return readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

/** An SSH server on loopback that accepts every login. */
export class SshServer implements AsyncDisposable {
  /** The commands that were started, in order. */
  readonly commands: string[] = [];
  /** The maximum number of commands that ran concurrently. */
  most = 0;
  /** The number of logins. */
  logins = 0;
  readonly #server: ssh2.Server;
  readonly #sockets = new Set<ssh2.Connection>();
  readonly #most: number;
  #running = 0;

  private constructor(hostKeys: readonly string[], mostCommands: number) {
    this.#most = mostCommands;
    const keys = hostKeys.map((path) => readFileSync(path));
    this.#server = new ssh2.Server({ hostKeys: keys }, (connection) => this.#serve(connection));
  }

  /**
   * Starts a server on a free port.
   *
   * @param mostCommands the maximum number of concurrent commands (like sshd's MaxSessions)
   */
  static async start(hostKeys: readonly string[], mostCommands = 10): Promise<SshServer> {
    const server = new SshServer(hostKeys, mostCommands);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Closes every connection. */
  cut(): void {
    for (const connection of this.#sockets) connection.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(connection: ssh2.Connection): void {
    this.#sockets.add(connection);
    connection.on('error', () => undefined);
    connection.once('close', () => this.#sockets.delete(connection));
    connection.on('authentication', (context) => context.accept());
    connection.once('ready', () => {
      this.logins += 1;
    });
    connection.on('tcpip', (accept) => {
      const channel = accept();
      channel.end('hello');
    });
    connection.on('session', (accept, reject) => {
      if (this.#running >= this.#most) return reject();
      this.#running += 1;
      this.most = Math.max(this.most, this.#running);
      accept().on('exec', (agree, _refuse, { command }) => {
        this.commands.push(command);
        const channel = agree();
        // Long enough for concurrent commands to overlap.
        setTimeout(() => {
          this.#running -= 1;
          channel.exit(0);
          channel.end();
        }, 20);
      });
    });
  }
}

/** Opens a port that accepts connections but never sends anything. */
export async function silentPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
