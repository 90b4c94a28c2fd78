import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Connection, ParsedKey, PublicKeyAuthContext, Server, ServerChannel } from 'ssh2';
import type { ExecIo } from '../kubernetes/pod-backend.ts';
import type { SandboxContext, SandboxService } from '../service.ts';
import { changesMachine, type Machine, type NomadCli, runOnMachine } from './client-machine.ts';
import type { SshScenario } from './scenario.ts';

/** The parts of the installation that the machines use. */
export interface SshNomad {
  /** Returns the current clients. */
  machines(): Iterable<Machine & { readonly address: string; readonly up: boolean }>;
  readonly cli: NomadCli;
  /** Returns the address of the simulated server as `host:port`. */
  serverAddress(): string;
}

/** A key pair in OpenSSH's format. */
interface KeyPair {
  readonly private: string;
  readonly public: string;
}

const BASTION: Machine = { name: 'bastion', id: null };

/** The login of every machine. */
const SSH_USER = 'ubuntu';

/**
 * A bastion on loopback, and the machines of all Nomad clients behind it, each at its own address.
 * One server serves all machines and tells them apart by the connection from the bastion.
 */
export class SshSandbox implements SandboxService {
  readonly name = 'ssh';
  readonly #context: SandboxContext;
  readonly #scenario: SshScenario;
  readonly #nomad: SshNomad;
  readonly #directory: string;
  /** The machine for each local port of a connection from the bastion. */
  readonly #machineOf = new Map<number, Machine>();
  readonly #open = new Set<Connection>();
  #bastion: Server | undefined;
  #machines: Server | undefined;

  constructor(context: SandboxContext, scenario: SshScenario, nomad: SshNomad, directory: string) {
    this.#context = context;
    this.#scenario = scenario;
    this.#nomad = nomad;
    this.#directory = directory;
  }

  /** The loopback port of the bastion; 0 before {@link start}. */
  get port(): number {
    return portOf(this.#bastion);
  }

  /** Starts to listen, and writes the operator's key and the known hosts file. */
  async start(): Promise<void> {
    const { default: ssh2 } = await import('ssh2');
    // ssh2 cannot read one in two hundred of the ed25519 keys it generates (leading zeros).
    const make = (): KeyPair => {
      const pair: KeyPair = ssh2.utils.generateKeyPairSync('ed25519');
      return ssh2.utils.parseKey(pair.private) instanceof Error ? make() : pair;
    };
    const [operator, bastionKey, machineKey] = [make(), make(), make()];
    const allowed = ssh2.utils.parseKey(operator.public);
    if (allowed instanceof Error) throw allowed;
    const serve = (key: KeyPair, machineAt: (from: number) => Machine | undefined): Server =>
      new ssh2.Server({ hostKeys: [key.private] }, (connection, { port }) => {
        this.#serve(connection, allowed, () => machineAt(port));
      });
    this.#bastion = serve(bastionKey, () => BASTION);
    this.#machines = serve(machineKey, (port) => this.#machineOf.get(port));
    await Promise.all([this.#bastion, this.#machines].map(listen));
    const known = [
      `[127.0.0.1]:${this.port} ${bastionKey.public}`,
      `10.*,172.*,192.168.* ${machineKey.public}`,
    ];
    await writeFile(this.#path('known_hosts'), `${known.join('\n')}\n`, { mode: 0o600 });
    await writeFile(this.#path('id_ed25519'), operator.private, { mode: 0o600 });
  }

  async stop(): Promise<void> {
    for (const connection of this.#open) connection.end();
    for (const server of [this.#bastion, this.#machines]) server?.close();
  }

  environment(): Readonly<Record<string, string>> {
    return {
      CIRCLECI_ADMIN_SSH_USER: SSH_USER,
      CIRCLECI_ADMIN_SSH_KEY_FILE: this.#path('id_ed25519'),
      CIRCLECI_ADMIN_SSH_BASTION: `${SSH_USER}@127.0.0.1:${this.port}`,
      CIRCLECI_ADMIN_SSH_KNOWN_HOSTS_FILE: this.#path('known_hosts'),
    };
  }

  /** Returns the scenario's ports, with the server's address in place of its name. */
  #reach(): SshScenario {
    const { server, ...ports } = this.#scenario.ports ?? {};
    if (server === undefined) return { ports };
    return { ports: { ...ports, [this.#nomad.serverAddress()]: server } };
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  #serve(connection: Connection, allowed: ParsedKey, machineOf: () => Machine | undefined): void {
    this.#open.add(connection);
    // ssh2's types lack this method.
    (connection as Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
    connection.once('close', () => this.#open.delete(connection));
    // A broken connection is not an error of the server.
    connection.on('error', () => connection.end());
    connection.on('authentication', (context) => {
      const fine = context.username === SSH_USER && context.method === 'publickey';
      if (fine && isSignedBy(context, allowed)) context.accept();
      else context.reject(['publickey']);
    });
    connection.on('session', (accept, reject) => {
      const machine = machineOf();
      if (!machine) return reject();
      const session = accept();
      let tty = false;
      session.on('pty', (agree) => {
        tty = true;
        agree?.();
      });
      session.on('window-change', (agree) => agree?.());
      session.on(
        'exec',
        (agree, _reject, { command }) => void this.#run(agree(), machine, command, tty),
      );
      session.on('shell', (agree) => void this.#run(agree(), machine, '', tty));
    });
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const port = machineOf() === BASTION ? this.#portBehind(destIP, destPort) : null;
      if (port === null) return reject();
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', () => reject());
      socket.once('connect', () => {
        const behind = this.#machineAt(destIP);
        if (behind !== null) this.#recordMachine(socket, behind);
        const channel = accept();
        channel.pipe(socket).pipe(channel);
        channel.on('error', () => socket.destroy());
        socket.on('error', () => channel.destroy());
      });
    });
  }

  /**
   * Records the machine of a connection from the bastion until it closes, because ports are reused.
   */
  #recordMachine(socket: Socket, behind: Machine): void {
    const { localPort: port = 0 } = socket;
    this.#machineOf.set(port, behind);
    socket.once('close', () => this.#machineOf.delete(port));
  }

  /**
   * Returns the loopback port for an address; null if none. Ports of 127.0.0.1, where the sandbox's
   * other services listen, are unchanged.
   */
  #portBehind(address: string, port: number): number | null {
    if (address === '127.0.0.1') return port;
    return port === 22 && this.#machineAt(address) !== null ? portOf(this.#machines) : null;
  }

  #machineAt(address: string): Machine | null {
    for (const machine of this.#nomad.machines()) {
      if (machine.address === address && machine.up) return machine;
    }
    return null;
  }

  async #run(
    channel: ServerChannel,
    machine: Machine,
    command: string,
    tty: boolean,
  ): Promise<void> {
    const line = command === '' ? await textOf(channel) : command;
    this.#context.calls.record({
      service: this.name,
      method: 'EXEC',
      path: line,
      write: changesMachine(line),
      agent: '',
      credentials: [],
    });
    const gone = new AbortController();
    channel.once('close', () => gone.abort());
    const io: ExecIo = {
      stdin: channel,
      stdout: (data) => void channel.write(data),
      stderr: (data) => void channel.stderr.write(data),
      tty,
      signal: gone.signal,
    };
    const code = await runOnMachine(machine, line, io, this.#reach(), this.#nomad.cli);
    channel.exit(code);
    channel.end();
  }
}

/**
 * Returns whether the client has proved that it holds the key. The first request has no signature
 * and only asks whether the key is acceptable.
 */
function isSignedBy(context: PublicKeyAuthContext, allowed: ParsedKey): boolean {
  if (!context.key.data.equals(allowed.getPublicSSH())) return false;
  const { blob, signature, hashAlgo } = context;
  return !blob || !signature || allowed.verify(blob, signature, hashAlgo) === true;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
}

function portOf(server: Server | undefined): number {
  const address: AddressInfo | string | null | undefined = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Reads the input of a shell to its end. */
async function textOf(channel: ServerChannel): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of channel) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8').trim();
}
