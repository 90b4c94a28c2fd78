import { readsOnly as nomadReadsOnly } from '../exec/nomad-cli-reading.ts';

/**
 * Programs that only read; with options, only as long as none of these is given, nor the beginning of
 * one, which getopt_long(3) takes for it.
 */
const READING: Readonly<Record<string, readonly string[] | null>> = {
  cat: null,
  df: null,
  du: null,
  dig: null,
  free: null,
  getent: null,
  grep: null,
  head: null,
  id: null,
  journalctl: [
    ...['--vacuum-size', '--vacuum-time', '--vacuum-files', '--rotate', '--flush', '--sync'],
    ...['--relinquish-var', '--smart-relinquish-var', '--setup-keys', '--update-catalog'],
    // The file is written.
    '--cursor-file',
  ],
  ls: null,
  lsblk: null,
  lscpu: null,
  nproc: null,
  nslookup: null,
  ps: null,
  stat: null,
  tail: null,
  uname: null,
  uptime: null,
  w: null,
  wc: null,
  who: null,
  whoami: null,
};

/** Programs that only read with no arguments at all. */
const BARE: readonly string[] = ['date', 'hostname'];

/** Programs that only read with these first words. */
const SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  docker: ['images', 'info', 'inspect', 'logs', 'ps', 'stats', 'top', 'version'],
  systemctl: ['is-active', 'is-enabled', 'is-failed', 'list-units', 'show', 'status'],
};

/** On a terminal they show what they have to say in a pager, which starts a shell if it is asked to. */
const PAGING: readonly string[] = ['journalctl', 'systemctl'];

/** What no shell makes anything else of. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Whether a command line on a client is known only to read. It goes through a shell there, so one
 * with anything in it that a shell acts upon counts as a change, and so does every unknown program.
 */
export function readsOnly(
  words: readonly string[],
  { terminal = false }: { readonly terminal?: boolean } = {},
): boolean {
  const line = words.join(' ').split(' ').filter(Boolean);
  if (!line.every((word) => PLAIN.test(word))) return false;
  const [program = '', ...args] = line[0] === 'sudo' ? line.slice(1) : line;
  if (program === 'nomad') return nomadReadsOnly(args);
  if (BARE.includes(program)) return args.length === 0;
  if (terminal && PAGING.includes(program) && !args.includes('--no-pager')) return false;
  const [first = ''] = args;
  if (Object.hasOwn(SUBCOMMANDS, program)) return SUBCOMMANDS[program]?.includes(first) ?? false;
  if (!Object.hasOwn(READING, program)) return false;
  const changing = READING[program] ?? [];
  return !args.some((word) => isOneOf(changing, word));
}

function isOneOf(options: readonly string[], word: string): boolean {
  const [name = ''] = word.split('=');
  return name.startsWith('--') && options.some((option) => option.startsWith(name));
}
