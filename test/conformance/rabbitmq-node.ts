import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The directory of the real programs in Debian's package; those on the PATH are wrappers for root.
 */
const PROGRAMS = '/usr/lib/rabbitmq/bin';
const NODE = 'conformance@localhost';

/** The output and exit code of a command. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether RabbitMQ is installed; if not, prints a line on stderr. */
export function hasRabbitMq(): boolean {
  const there = existsSync(join(PROGRAMS, 'rabbitmq-server'));
  if (!there) process.stderr.write(`skipped: no rabbitmq-server (${PROGRAMS})\n`);
  return there;
}

/** The account for its processes; by default the current user. */
interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** A real RabbitMQ node on loopback, with its own port mapper, cookie and data. */
export class RabbitMqNode {
  readonly #account: Account;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #processes: ChildProcess[] = [];

  private constructor(account: Account, environment: NodeJS.ProcessEnv) {
    this.#account = account;
    this.#environment = environment;
  }

  /** Starts a node in an existing empty directory. */
  static async start(directory: string): Promise<RabbitMqNode> {
    const account = accountOf(directory);
    const file = (name: string): string => join(directory, name);
    const [mapper, distribution, amqp] = await freePorts();
    writeFileSync(file('.erlang.cookie'), 'ACOOKIEOFITSOWN', { mode: 0o400 });
    writeFileSync(file('rabbitmq.conf'), `listeners.tcp.1 = 127.0.0.1:${amqp}\n`);
    writeFileSync(file('plugins'), '[].');
    for (const name of ['data', 'log']) mkdirSync(file(name));
    const { uid, gid } = account;
    if (uid !== undefined && gid !== undefined) {
      for (const name of ['.', '.erlang.cookie', 'plugins', 'data', 'log']) {
        chownSync(file(name), uid, gid);
      }
    }
    const node = new RabbitMqNode(account, {
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      HOME: directory,
      ERL_EPMD_PORT: String(mapper),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: NODE,
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_MNESIA_BASE: file('data'),
      RABBITMQ_LOG_BASE: file('log'),
      RABBITMQ_CONFIG_FILE: file('rabbitmq'),
      RABBITMQ_ENABLED_PLUGINS_FILE: file('plugins'),
      // Do not read the configuration of the machine's own broker.
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    });
    // Otherwise, the node would start a port mapper that is not stopped with it.
    node.#spawn('epmd', []);
    await node.#ready(node.#spawn(join(PROGRAMS, 'rabbitmq-server'), []));
    return node;
  }

  /** Runs rabbitmqctl for this node. */
  ctl(...words: readonly string[]): Promise<Said> {
    const options = { ...this.#account, env: this.#environment, cwd: '/' };
    return new Promise((resolve) => {
      execFile(join(PROGRAMS, 'rabbitmqctl'), [...words], options, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
        resolve({ code, stdout, stderr });
      });
    });
  }

  /**
   * Evaluates an Erlang expression in the node.
   *
   * @throws Error if the evaluation fails
   */
  async evaluate(expression: string): Promise<void> {
    const { code, stderr } = await this.ctl('eval', expression);
    if (code !== 0) throw new Error(`rabbitmqctl eval ended with ${code}: ${stderr}`);
  }

  /** Stops the node and its port mapper. */
  async stop(): Promise<void> {
    for (const child of this.#processes.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    }
  }

  #spawn(program: string, words: readonly string[]): ChildProcess {
    const options = { ...this.#account, env: this.#environment, cwd: '/' };
    const child = spawn(program, [...words], { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#processes.push(child);
    return child;
  }

  async #ready(server: ChildProcess): Promise<void> {
    let said = '';
    server.stderr?.on('data', (data) => {
      said += String(data);
    });
    for (let tries = 0; tries < 60; tries += 1) {
      if ((await this.ctl('-q', 'list_vhosts')).code === 0) return;
      if (server.exitCode !== null) break;
      await sleep(500);
    }
    await this.stop();
    throw new Error(`RabbitMQ did not start: ${said}`);
  }
}

/** Returns the account of Debian's package for root, so that the broker does not run as root. */
function accountOf(directory: string): Account {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'rabbitmq'], { encoding: 'utf8' }));
  const account = { uid: id('-u'), gid: id('-g') };
  chmodSync(directory, 0o755);
  return account;
}

/** Returns three different free ports. */
async function freePorts(): Promise<readonly [number, number, number]> {
  const servers = [0, 1, 2].map(() => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    ports.push(typeof address === 'object' && address ? address.port : 0);
  }
  for (const server of servers) server.close();
  const [one = 0, two = 0, three = 0] = ports;
  return [one, two, three];
}
