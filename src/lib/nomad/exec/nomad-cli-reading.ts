/**
 * The nomad commands that only read, by their first words. A command that is not listed counts as a
 * change, so that new subcommands are not taken for reads.
 */
const READING: readonly string[] = [
  'agent-info',
  'acl auth-method info',
  'acl auth-method list',
  'acl binding-rule info',
  'acl binding-rule list',
  'acl policy info',
  'acl policy list',
  'acl policy self',
  'acl role info',
  'acl role list',
  'acl token list',
  'alloc checks',
  'alloc fs',
  'alloc logs',
  'alloc status',
  'alloc-status',
  'check',
  'deployment list',
  'deployment status',
  'eval list',
  'eval status',
  'eval-status',
  'fs',
  'help',
  'inspect',
  'job allocs',
  'job deployments',
  'job eval-status',
  'job history',
  'job inspect',
  'job plan',
  'job scaling-events',
  'job status',
  'job validate',
  'logs',
  'monitor',
  'namespace inspect',
  'namespace list',
  'namespace status',
  'node meta read',
  'node pool info',
  'node pool jobs',
  'node pool list',
  'node pool nodes',
  'node status',
  'node-status',
  'operator autopilot get-config',
  'operator autopilot health',
  'operator metrics',
  'operator raft list-peers',
  'operator root keyring list',
  'operator scheduler get-config',
  'operator snapshot inspect',
  'plan',
  'plugin status',
  'quota inspect',
  'quota list',
  'quota status',
  'recommendation info',
  'recommendation list',
  'scaling policy info',
  'scaling policy list',
  'sentinel list',
  'sentinel read',
  'server members',
  'server-members',
  'service info',
  'service list',
  'status',
  'validate',
  'var get',
  'var list',
  'version',
  'volume claim list',
  'volume snapshot list',
  'volume status',
];

/**
 * With one of these as the first argument, nomad prints its help or its version whatever follows.
 */
const INFORMATIONAL: ReadonlySet<string> = new Set([
  ...['-v', '-version', '--version'],
  ...['-h', '-help', '--help'],
]);

/** Returns whether a nomad command line (without `nomad` itself) is known to only read. */
export function readsOnly(args: readonly string[]): boolean {
  if (args.length === 0) return true;
  if (INFORMATIONAL.has(args[0] ?? '')) return true;
  const words = commandWords(args);
  return READING.some((reading) => {
    const wanted = reading.split(' ');
    return wanted.every((word, index) => words[index] === word);
  });
}

/**
 * Returns the words that name the command: all words before the first flag, as nomad itself reads
 * them (its mitchellh/cli accepts no flag before or between them).
 */
export function commandWords(args: readonly string[]): readonly string[] {
  const flag = args.findIndex((arg) => arg.startsWith('-'));
  return flag === -1 ? args : args.slice(0, flag);
}

/**
 * Returns the tokens on a nomad command line, which must not appear in a question or in the audit
 * log.
 */
export function tokensIn(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, at) => {
    const flag = /^--?token(?:=(.*))?$/s.exec(arg);
    const token = flag ? (flag[1] ?? args[at + 1]) : undefined;
    return token === undefined ? [] : [token];
  });
}
