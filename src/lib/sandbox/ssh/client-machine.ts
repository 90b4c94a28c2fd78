import { busybox } from '../kubernetes/busybox.ts';
import type { ExecIo } from '../kubernetes/pod-backend.ts';
import type { PortSituation, SshScenario } from './scenario.ts';

/** The exit codes of curl (man curl). */
const CURL_EXIT: Readonly<Record<PortSituation, number>> = {
  open: 0,
  refused: 7,
  timeout: 28,
  'no-such-name': 6,
  'tls-failure': 35,
};

/** A machine that accepts SSH logins. */
export interface Machine {
  readonly name: string;
  /** The ID of the machine's Nomad client; null if it is not a client. */
  readonly id: string | null;
}

/** Runs the CLI of the simulated Nomad. */
export type NomadCli = (argv: readonly string[], io: ExecIo) => Promise<number>;

/** Returns whether a command line would change the machine. */
export function changesMachine(command: string): boolean {
  return /^(?:sudo )?(?:reboot|shutdown|systemctl (?:start|stop|restart)|nomad node (?:drain|eligibility))/.test(
    command,
  );
}

/** Runs a command line on the machine of a Nomad client; returns its exit code. */
export async function runOnMachine(
  { name, id }: Machine,
  command: string,
  io: ExecIo,
  { ports = {} }: SshScenario,
  nomad: NomadCli,
): Promise<number> {
  const words = shellWords(command);
  const [program = '', ...args] = words[0] === 'sudo' ? words.slice(1) : words;
  const situation = (host: string, port: string): PortSituation =>
    ports[`${host}:${port}`] ?? ports[host] ?? 'open';
  switch (program) {
    case 'curl': {
      const url = args.find((word) => /[a-z]:/.test(word) && !word.startsWith('-')) ?? '';
      const [, host = '', port = '80'] = /^(?:\w+:\/\/)?([^:/]+)(?::(\d+))?/.exec(url) ?? [];
      return CURL_EXIT[situation(host, port)];
    }
    case 'getent': {
      const host = args[1] ?? '';
      if (ports[host] === 'no-such-name') return 2;
      io.stdout(`10.0.0.10       ${host}\n`);
      return 0;
    }
    case 'nomad':
      return nomad(id === null ? args : withoutSelf(args, id), io);
    case 'uptime':
      io.stdout(' 09:00:00 up 6 days, 20:14,  0 users,  load average: 0.42, 0.40, 0.38\n');
      return 0;
    case 'reboot':
      return 0;
    default:
      return busybox(name).exec(['sh', '-c', command], io);
  }
}

/** Replaces `-self` with the client's ID, because the simulated CLI runs beside a server. */
function withoutSelf(args: readonly string[], id: string): readonly string[] {
  const others = args.filter((word) => word !== '-self');
  return others.length === args.length ? args : [...others, id];
}

/** Splits a command line into words as a shell does; supports only quotes and backslashes. */
function shellWords(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(/'([^']*)'|\\(.)/g, (_, quoted?: string, one?: string) => quoted ?? one ?? ''),
  );
}
