import { busybox } from '../kubernetes/busybox.ts';
import type { ExecIo } from '../kubernetes/pod-backend.ts';
import type { PortSituation, SshScenario } from './scenario.ts';

/** curl's exit codes (man curl). */
const CURL_EXIT: Readonly<Record<PortSituation, number>> = {
  open: 0,
  refused: 7,
  timeout: 28,
  'no-such-name': 6,
  'tls-failure': 35,
};

/** A machine that is logged in on. */
export interface Machine {
  readonly name: string;
  /** Of the Nomad client that it is; null where it is none. */
  readonly id: string | null;
}

/** What a machine needs of the simulated Nomad: its CLI. */
export type NomadCli = (argv: readonly string[], io: ExecIo) => Promise<number>;

/** Whether a command line would change the machine. */
export function changesMachine(command: string): boolean {
  return /^(?:sudo )?(?:reboot|shutdown|systemctl (?:start|stop|restart)|nomad node (?:drain|eligibility))/.test(
    command,
  );
}

/** A Nomad client's machine: runs a command line, and gives its exit code. */
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

/** The simulated CLI runs beside a server: what means this machine is said by its id. */
function withoutSelf(args: readonly string[], id: string): readonly string[] {
  const others = args.filter((word) => word !== '-self');
  return others.length === args.length ? args : [...others, id];
}

/** The words of a line as a shell takes them; quotes are the only thing that it knows. */
function shellWords(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(/'([^']*)'|\\(.)/g, (_, quoted?: string, one?: string) => quoted ?? one ?? ''),
  );
}
