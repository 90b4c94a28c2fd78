import { readsOnly as nomadReadsOnly } from '../exec/nomad-cli-reading.ts';

/**
 * Programs that only read. If options are listed, the program changes something when one of them is
 * given, or a prefix of one, which getopt_long(3) accepts too.
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
    // This option writes the file.
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

/** Programs that only read if they have no arguments. */
const BARE: readonly string[] = ['date', 'hostname'];

/** Programs that only read with these subcommands. */
const SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  docker: ['images', 'info', 'inspect', 'logs', 'ps', 'stats', 'top', 'version'],
  systemctl: ['is-active', 'is-enabled', 'is-failed', 'list-units', 'show', 'status'],
};

/** On a terminal these programs use a pager, from which a shell can be started. */
const PAGING: readonly string[] = ['journalctl', 'systemctl'];

/** Words that a shell does not interpret. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Returns whether a command line on a client is known to only read. The command line is run by a
 * shell there, so a line with any character that a shell interprets counts as a change, as does any
 * unknown program.
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
