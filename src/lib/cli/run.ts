import type { Plugin } from '@oclif/core/interfaces';
import { AdminError } from '../errors.ts';
import { Masker } from '../masking.ts';
import { type CommandTable, findCommand, suggestCommands } from './command-table.ts';
import { reportError } from './report-error.ts';
import type { Runtime } from './runtime.ts';

/** The facts about this package that oclif needs. */
export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly root: string;
}

/** Environment variables whose values are masked in all output. */
const SECRET_VARIABLES = [
  'CIRCLE_TOKEN',
  'NOMAD_TOKEN',
  'NOMAD_HTTP_AUTH',
  'GITHUB_TOKEN',
  'CIRCLECI_ADMIN_NOMAD_TOKEN',
  'CIRCLECI_ADMIN_SERVER_TOKEN',
];

/**
 * Runs one command line.
 *
 * @returns the exit code; it never throws
 */
export async function runCli(
  argv: readonly string[],
  runtime: Runtime,
  table: CommandTable,
  facts: PackageFacts,
): Promise<number> {
  const masker = new Masker();
  for (const variable of SECRET_VARIABLES) masker.add(runtime.env[variable]);
  try {
    await dispatch(argv, runtime, table, facts, masker);
    return 0;
  } catch (error) {
    const found = findCommand(table, argv);
    const command = found.kind === 'command' ? found.entry.id.replaceAll(':', ' ') : null;
    return reportError(error, { argv, command }, runtime, masker);
  }
}

async function dispatch(
  argv: readonly string[],
  runtime: Runtime,
  table: CommandTable,
  facts: PackageFacts,
  masker: Masker,
): Promise<void> {
  if (argv[0] === '--version') {
    const { platform, arch, version } = process;
    await runtime.stdout.write(
      `${facts.name}/${facts.version} ${platform}-${arch} node-${version}\n`,
    );
    return;
  }
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  if (argv[0] === 'help' && argv[1] === 'flags') {
    const { flagsHelp } = await import('./help/help.ts');
    await runtime.stdout.write(flagsHelp());
    return;
  }
  if (argv[0] === 'help' && argv[1] !== undefined) {
    const { helpPage, readHelpPage } = await import('./help/help-page.ts');
    const page = helpPage(argv[1]);
    if (page !== null) return runtime.stdout.write(await readHelpPage(facts.root, page));
  }
  if (argv[0] === 'completion' && argv[1] === 'complete') {
    await complete(argv.slice(argv[2] === '--' ? 3 : 2), runtime, table, facts, masker);
    return;
  }
  const found = findCommand(table, words);
  if (found.kind === 'unknown') throw unknownCommand(table, found.words);
  if (found.kind === 'topic') {
    const { rootHelp, topicHelp } = await import('./help/help.ts');
    const { topic } = found;
    await runtime.stdout.write(topic === '' ? rootHelp(table) : topicHelp(table, topic));
    return;
  }
  const command = await found.entry.load();
  if (argv[0] === 'help' || wantsHelp(found.rest)) {
    const { commandHelp } = await import('./help/help.ts');
    await runtime.stdout.write(commandHelp(found.entry, command));
    return;
  }
  command.id = found.entry.id;
  await command.run([...found.rest], await loadConfig(runtime, facts, masker));
}

/** Runs `completion complete -- WORDS...`, which the shell scripts call when Tab is pressed. */
async function complete(
  words: readonly string[],
  runtime: Runtime,
  table: CommandTable,
  facts: PackageFacts,
  masker: Masker,
): Promise<void> {
  const { printCompletions } = await import('./completion/print-completions.ts');
  await printCompletions(words, table, runtime, async () => {
    const { findNames } = await import('./completion/find-names.ts');
    return findNames(runtime, masker, await loadConfig(runtime, facts, masker));
  });
}

function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  return own.includes('--help') || own.includes('-h');
}

function unknownCommand(table: CommandTable, words: readonly string[]): AdminError {
  const typed = words.slice(0, 2).join(' ');
  const near = suggestCommands(table, words);
  return new AdminError('usage', `Unknown command "${typed}"`, {
    code: 'UNKNOWN_COMMAND',
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
        : 'List all commands: circleci-admin --help',
  });
}

/** Creates oclif's config from the given package facts, without reading a file. */
async function loadConfig(runtime: Runtime, facts: PackageFacts, masker: Masker) {
  const { Config } = await import('@oclif/core/config');
  const pjson = {
    name: facts.name,
    version: facts.version,
    oclif: { bin: 'circleci-admin', dirname: 'circleci-admin', topicSeparator: ' ' as const },
  };
  const plugin: Plugin = {
    _base: '',
    alias: facts.name,
    commandIDs: [],
    commands: [],
    commandsDir: undefined,
    findCommand: async () => {
      throw new Error('commands are found by the command table');
    },
    hasManifest: false,
    hooks: {},
    isRoot: true,
    load: async () => undefined,
    moduleType: 'commonjs',
    name: facts.name,
    options: { root: facts.root },
    pjson,
    root: facts.root,
    topics: [],
    type: 'core',
    valid: true,
    version: facts.version,
  };
  const options = {
    root: facts.root,
    pjson,
    plugins: new Map([[facts.name, plugin]]),
    runtime,
    masker,
  };
  const config = new Config(options);
  // Our help has no themes; reading the file would load node:fs/promises at each start.
  config.loadTheme = async () => undefined;
  await config.load();
  // oclif reads the environment of the process; the runtime, which tests replace, takes precedence.
  config.configDir = runtime.env['CIRCLECI_ADMIN_CONFIG_DIR'] || config.configDir;
  config.dataDir = runtime.env['CIRCLECI_ADMIN_DATA_DIR'] || config.dataDir;
  config.cacheDir = runtime.env['CIRCLECI_ADMIN_CACHE_DIR'] || config.cacheDir;
  return config;
}
