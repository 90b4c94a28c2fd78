/** The command lines that the table tests run. NODE, JOB and others are placeholders. */
export interface CommandCase {
  /** Arguments that only read, without the command's name; each works with `--json`. */
  readonly reads?: readonly string[];
  /** Those of `reads` that print a list, for the tests of formats, columns and sorting. */
  readonly lists?: readonly string[];
  /** Set if the output is that of another program, also with `--json`. */
  readonly passesThrough?: true;
  /** Arguments that name something that does not exist. */
  readonly unknown?: string;
  /** Arguments that change something, without the flags that confirm it. */
  readonly changes?: string;
  /** The flags that confirm `changes`; default `--yes`. */
  readonly consent?: string;
  /** The exit code of the confirmed change; default 0. */
  readonly endsWith?: number;
  /** What the command changes; default `installation`. */
  readonly subject?: 'installation' | 'config file';
  /** The test file of a command that the table tests do not run. */
  readonly elsewhere?: string;
}

const SANDBOX = 'test/commands/sandbox';

/** One entry for every command; a test fails if a command is missing here. */
export const COMMAND_CASES: Readonly<Record<string, CommandCase>> = {
  'audit list': { reads: ['', '--since 7d'], lists: [''] },
  'audit show': { reads: ['CHANGE'], unknown: 'nonesuch' },
  'completion bash': { reads: [''] },
  'completion fish': { reads: [''] },
  'completion zsh': { reads: [''] },
  'config list': { reads: [''], lists: [''] },
  'config path': { reads: ['', '--schema'] },
  'config remove': { changes: 'spare', unknown: 'nonesuch', subject: 'config file' },
  'config set': { changes: 'version 4.3', subject: 'config file' },
  'config show': { reads: ['', 'spare'], lists: [''], unknown: 'nonesuch' },
  'config unset': {
    changes: 'nomad.address',
    unknown: 'host --installation nonesuch',
    subject: 'config file',
  },
  'config use': { changes: 'spare', unknown: 'nonesuch', subject: 'config file' },
  'config validate': { reads: ['', 'FILE'], unknown: '/nonexistent/config.yaml' },
  doctor: { reads: ['--list', '--only configuration'], lists: ['--list'] },
  init: { changes: '--kubeconfig KUBECONFIG --name fresh', subject: 'config file' },
  'nomad cli': {
    reads: ['-- node status', '-- server members'],
    passesThrough: true,
    changes: '-- node eligibility -enable SPARE_ID',
    unknown: '--nomad-pod nonesuch -- node status',
  },
  'nomad drain': { changes: 'NODE', consent: '--yes --detach', unknown: 'nonesuch' },
  'nomad eligibility': { changes: 'SPARE --disable', unknown: 'nonesuch --disable' },
  'nomad logs': { reads: ['JOB', 'JOB --tail 2', 'JOB --both'], unknown: 'nonesuch' },
  'nomad node-status': {
    reads: ['', '--idle', 'NODE', 'NODE --via ssh'],
    lists: [''],
    unknown: 'nonesuch',
  },
  'nomad ssh': {
    reads: ['NODE -- uptime', 'NODE -- nomad node status'],
    passesThrough: true,
    changes: 'SPARE -- sudo reboot',
    unknown: 'nonesuch -- uptime',
  },
  'nomad status': { reads: ['', '--status running', 'JOB'], lists: [''], unknown: 'nonesuch' },
  repl: { changes: '', passesThrough: true },
  'repl eval': { changes: ':done', passesThrough: true },
  'pods describe': { reads: ['circleci-mongodb-0'], unknown: 'nonesuch' },
  'pods list': {
    reads: ['', '--not-ready', '-l app=frontend'],
    lists: [''],
    unknown: '--service nonesuch',
  },
  'pods logs': {
    reads: ['dispatcher --tail 5', '--service schedulerer --since 1m --timestamps'],

    unknown: 'nonesuch',
  },
  'pods restart': { changes: 'grafana', consent: '--yes --detach', unknown: 'nonesuch' },
  'services list': { reads: ['', '--all'], lists: ['', '--all'] },
  'services show': { reads: ['output-processor'], unknown: 'nonesuch' },
  'sandbox clock': { unknown: '--name nonesuch', elsewhere: `${SANDBOX}/clock.test.ts` },
  'sandbox env': { unknown: '--name nonesuch', elsewhere: `${SANDBOX}/env.test.ts` },
  'sandbox fault': { unknown: '--clear --name nonesuch', elsewhere: `${SANDBOX}/fault.test.ts` },
  'sandbox run': { elsewhere: `${SANDBOX}/run.test.ts` },
  'sandbox scenarios': { reads: [''], lists: [''] },
  'sandbox start': { elsewhere: `${SANDBOX}/start.test.ts` },
  'sandbox status': { unknown: '--name nonesuch', elsewhere: `${SANDBOX}/status.test.ts` },
  'sandbox stop': { unknown: '--name nonesuch', elsewhere: `${SANDBOX}/stop.test.ts` },
  'settings get': { reads: ['suspend-new-users'], unknown: 'nonesuch' },
  'settings list': { reads: [''], lists: [''] },
  'settings required-orgs add': { changes: 'acme' },
  'settings required-orgs list': { reads: [''] },
  'settings required-orgs remove': { changes: 'acme-labs' },
  'settings set': { changes: 'wfc-workflow-deletion-interval 3600000', unknown: 'nonesuch 1' },
  'settings suspend-new-users': { changes: 'on' },
  'troubleshoot build': {
    reads: ['JOB --limit 60s', 'JOB --since 24h --limit 60s'],
    unknown: 'acme/nonesuch/1 --limit 60s',
  },
  'troubleshoot cache': {
    reads: ['420MB', 'acme/web/1'],
    lists: ['acme/web/1'],
    unknown: 'acme/web/99999',
  },
  'troubleshoot connectivity': {
    reads: ['', '--from services', 'NODE --base-domain prod.circleci.internal'],
    lists: ['', '--from services'],
    unknown: 'nonesuch',
  },
  'troubleshoot queue': {
    reads: ['--limit 60s', '--since 10m --limit 60s'],
    lists: ['--limit 60s'],
    changes: '--trigger acme/web --limit 60s',
    // In a sandbox whose clock stands still, no build gets through.
    endsWith: 9,
    unknown: '--from /nonexistent/queue.json',
  },
  'users activate': { changes: 'SUSPENDED', unknown: 'nonesuch-login' },
  'users admin grant': { changes: 'LOGIN', unknown: 'nonesuch-login' },
  'users admin revoke': { changes: 'LOGIN', unknown: 'nonesuch-login' },
  'users delete': { changes: 'LOGIN', consent: '--confirm LOGIN', unknown: 'nonesuch-login' },
  'users list': { reads: ['', '--state active'], lists: [''] },
  'users reconcile': { changes: '--members MEMBERS --suspend' },
  'users restore': { changes: 'UNDO', unknown: '/nonexistent/undo.json' },
  'users seats': { reads: [''] },
  'users show': { reads: ['LOGIN'], unknown: 'nonesuch-login' },
  'users suspend': { changes: 'LEAVER', unknown: 'nonesuch-login' },
};

/** The name of a command, its whole command line, and its case. */
export type CaseLine = readonly [name: string, line: readonly string[], CommandCase];

/** Returns the command lines of one kind in all cases. */
export function caseLines(
  pick: (one: CommandCase) => readonly (string | undefined)[],
): readonly CaseLine[] {
  return Object.entries(COMMAND_CASES).flatMap(([name, one]) =>
    pick(one).flatMap((rest) =>
      rest === undefined ? [] : [[name, wordsOf(`${name} ${rest}`), one] as const],
    ),
  );
}

/** Inserts flags before `--`, or at the end if there is none. */
export function withFlags(line: readonly string[], flags: string): readonly string[] {
  const end = line.indexOf('--');
  const at = end === -1 ? line.length : end;
  return [...line.slice(0, at), ...wordsOf(flags), ...line.slice(at)];
}

/** Splits a line without quotes into words. */
export function wordsOf(line: string): readonly string[] {
  return line.split(' ').filter((word) => word !== '');
}
