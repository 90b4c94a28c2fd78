import type { Command } from '@oclif/core/command';
import { type CommandEntry, type CommandTable, findCommand, TOPICS } from '../command-table.ts';
import { SHARED_NAMES } from '../flags/shared-flags.ts';
import type { Candidate, Completes, Completion, NameSource } from './candidate.ts';
import { type ScannedFlag, type ScannedWords, scanWords } from './scan-words.ts';

interface Flag extends ScannedFlag {
  readonly summary?: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  readonly delimiter?: string;
  readonly hidden?: boolean;
  readonly helpGroup?: string;
}

interface Arg {
  readonly options?: readonly string[];
  readonly hidden?: boolean;
}

type Flags = Readonly<Record<string, Flag>>;

const HELP: Flags = {
  help: { type: 'boolean', char: 'h', summary: 'show the help of the command' },
};

const NOTHING: Completion = { kind: 'candidates', candidates: [] };

/**
 * Returns the completions of the last word, which is unfinished or empty. Only the command that the
 * words name is loaded, and names are looked up only if a name is being completed.
 *
 * @param words the command line without the program
 */
export async function completeLine(
  table: CommandTable,
  words: readonly string[],
  names: NameSource,
): Promise<Completion> {
  const before = words.slice(0, -1);
  const word = words.at(-1) ?? '';
  if (before[0] === 'help') return matchingCandidates(commandWords(table, before.slice(1)), word);
  const found = findCommand(table, before);
  if (found.kind === 'command')
    return completeArguments(found.entry, found.rest, word, names, table);
  if (before.some((one) => one.startsWith('-'))) return NOTHING;
  return matchingCandidates(
    [...commandWords(table, before), ...(before.length === 0 ? FIRST : [])],
    word,
  );
}

const FIRST: readonly Candidate[] = [
  { value: 'help', about: 'show the help of a command' },
  { value: '--help', about: 'all commands', onlyTyped: true },
  { value: '--version', about: 'show the version', onlyTyped: true },
];

/** Returns the next words of command names, or of aliases if no command name matches. */
function commandWords(table: CommandTable, before: readonly string[]): readonly Candidate[] {
  const shown = table.filter((entry) => !entry.hidden);
  const own = shown.map((entry) => [entry.id.split(':'), entry.summary] as const);
  const others = shown.flatMap((entry) =>
    entry.aliases.map((alias) => [alias.split(':'), entry.summary] as const),
  );
  const following = (rows: typeof own): readonly Candidate[] =>
    rows
      .filter(([id]) => id.length > before.length && before.every((one, at) => id[at] === one))
      .map(([id, summary]) => {
        const value = id[before.length] ?? '';
        const topic = id.length > before.length + 1;
        return { value, about: topic ? (TOPICS[value] ?? '') : summary };
      });
  const first = following(own);
  return first.length > 0 ? first : following(others);
}

async function completeArguments(
  entry: CommandEntry,
  rest: readonly string[],
  word: string,
  names: NameSource,
  table: CommandTable,
): Promise<Completion> {
  const dashes = rest.indexOf('--');
  if (entry.id === 'sandbox:run' && dashes !== -1) {
    // The sandbox does not exist yet, so there are no names to look up.
    return completeLine(table, [...rest.slice(dashes + 1), word], async () => []);
  }
  const command = await entry.load();
  const flags: Flags = { ...command.flags, ...command.baseFlags, ...HELP };
  const scanned = scanWords(rest, flags);
  const { values, open, ended } = scanned;
  const completes = completesOf(command);
  const value = async (name: string, typed: string): Promise<Completion> => {
    const flag = flags[name];
    const options = flag?.options?.map((option) => ({ value: option, about: '' }));
    const kind = completes[name];
    if (!options && !kind) return isFile(name) ? { kind: 'files' } : NOTHING;
    // In `--status ready,dr`, the text before the last comma is kept.
    const head = flag?.delimiter ? typed.slice(0, typed.lastIndexOf(flag.delimiter) + 1) : '';
    const found = options ?? (kind ? await names(kind, values) : []);
    return matchingCandidates(found, typed.slice(head.length), head);
  };
  if (open !== null) return value(open, word);
  const inline = ended ? null : /^(--([\w-]+)=)(.*)$/s.exec(word);
  if (inline) {
    const [, head = '', name = '', typed = ''] = inline;
    return prefixed(await value(name, typed), head);
  }
  if (!ended && word.startsWith('-')) return matchingCandidates(flagWords(flags, scanned), word);
  const arg = argumentAt(command, scanned.positionals.length);
  if (arg === null) return NOTHING;
  const [name, { options }] = arg;
  const kind = completes[name];
  if (options)
    return matchingCandidates(
      options.map((option) => ({ value: option, about: '' })),
      word,
    );
  if (kind)
    return matchingCandidates(without(await names(kind, values), scanned.positionals), word);
  return isFile(name) ? { kind: 'files' } : NOTHING;
}

/** Returns the argument at a position; the last one repeats if the command is not strict. */
function argumentAt(command: Command.Class, at: number): readonly [string, Arg] | null {
  const args: [string, Arg][] = Object.entries(command.args ?? {});
  const last = command.strict === false ? args.at(-1) : undefined;
  const arg = args[at] ?? last;
  return arg && !arg[1].hidden ? arg : null;
}

/** Returns the flags that can still be given, those of the command before the global ones. */
function flagWords(flags: Flags, { given }: ScannedWords): readonly Candidate[] {
  return Object.entries(flags)
    .filter(([name, flag]) => !flag.hidden && (flag.multiple === true || !given.has(name)))
    .sort(([, a], [, b]) => Number(a.helpGroup === 'global') - Number(b.helpGroup === 'global'))
    .map(([name, flag]) => ({ value: `--${name}`, about: flag.summary ?? '' }));
}

function completesOf(command: Command.Class): Completes {
  const own = 'completes' in command ? (command.completes as Completes) : {};
  return { ...SHARED_NAMES, ...own };
}

function isFile(name: string): boolean {
  return name === 'kubeconfig' || name === 'file' || name.endsWith('-file');
}

function without(names: readonly Candidate[], given: readonly string[]): readonly Candidate[] {
  return names.filter(({ value }) => !given.includes(value));
}

/** Returns the distinct candidates that start with `typed`, each prefixed with `head`. */
function matchingCandidates(all: readonly Candidate[], typed: string, head = ''): Completion {
  const seen = new Set<string>();
  const candidates = all.filter(({ value, onlyTyped }) => {
    if (!value.startsWith(typed) || (onlyTyped && typed === '') || seen.has(value)) return false;
    seen.add(value);
    return true;
  });
  return prefixed({ kind: 'candidates', candidates }, head);
}

function prefixed(completion: Completion, head: string): Completion {
  if (completion.kind === 'files' || head === '') return completion;
  const { candidates } = completion;
  return {
    kind: 'candidates',
    candidates: candidates.map((one) => ({ ...one, value: head + one.value })),
  };
}
