import type { PortSituation } from '../ssh/scenario.ts';
import { type ExecIo, NoSuchCommandError, type PodBackend } from './pod-backend.ts';

type Command = (args: readonly string[], io: ExecIo) => Promise<number> | number;

/** The message of busybox's nc for a port; null for none. */
const NC_OUTPUT: Readonly<Record<PortSituation, ((host: string, port: string) => string) | null>> =
  {
    open: null,
    refused: (host, port) => `nc: ${host} (10.96.0.10:${port}): Connection refused`,
    timeout: (host, port) => `nc: ${host} (10.96.0.10:${port}): Connection timed out`,
    'no-such-name': (host) => `nc: bad address '${host}'`,
    // A port with a TLS failure still accepts TCP connections.
    'tls-failure': null,
  };

/**
 * Creates a backend with the few commands that every simulated container has.
 *
 * @param ports the state of `host:port`, or of every port of `host`, as seen from the container;
 *   others are open
 */
export function busybox(
  hostname: string,
  ports: Readonly<Record<string, PortSituation>> = {},
): PodBackend {
  const commands: Readonly<Record<string, Command>> = {
    true: () => 0,
    false: () => 1,
    echo: (args, io) => print(io, args.join(' ')),
    hostname: (_, io) => print(io, hostname),
    pwd: (_, io) => print(io, '/'),
    id: (_, io) => print(io, 'uid=0(root) gid=0(root)'),
    env: (_, io) =>
      print(io, `HOSTNAME=${hostname}${newline(io)}PATH=/usr/local/bin:/usr/bin:/bin`),
    cat: async (_, io) => {
      for await (const chunk of io.stdin) io.stdout(chunk);
      return 0;
    },
    nc: (args, io) => {
      const [host = '', port = ''] = args.slice(-2);
      const says = NC_OUTPUT[ports[`${host}:${port}`] ?? ports[host] ?? 'open'];
      if (!says) return 0;
      io.stderr(`${says(host, port)}${newline(io)}`);
      return 1;
    },
    sh: shell,
  };
  async function shell(args: readonly string[], io: ExecIo): Promise<number> {
    const script = args[0] === '-c' ? (args[1] ?? '') : await readAll(io.stdin);
    let code = 0;
    for (const line of script.split(/[;\n]|&&/)) {
      const [name = '', ...rest] = line.trim().split(/\s+/);
      if (name === '') continue;
      if (name === 'exit') return Number(rest[0] ?? code);
      const toStderr = rest.at(-1) === '>&2';
      const target = toStderr ? { ...io, stdout: io.stderr } : io;
      const words = (toStderr ? rest.slice(0, -1) : rest).map((word) => word.replace(/["']/g, ''));
      const command = commands[name];
      if (command) code = await command(words, target);
      else {
        io.stderr(`sh: ${name}: not found${newline(io)}`);
        code = 127;
      }
    }
    return code;
  }
  return {
    ports: {},
    exec: async ([name = '', ...args], io) => {
      const command = commands[name.replace(/^\/bin\//, '')];
      if (!command) throw new NoSuchCommandError(name);
      return command(args, io);
    },
  };
}

function newline(io: ExecIo): string {
  return io.tty ? '\r\n' : '\n';
}

function print(io: ExecIo, text: string): number {
  io.stdout(`${text}${newline(io)}`);
  return 0;
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
