import type { Command } from '@oclif/core/command';
import { type CommandEntry, type CommandTable, TOPICS } from '../command-table.ts';
import { mutatingFlags } from '../flags/shared-flags.ts';
import { sshFlags } from '../flags/ssh-flags.ts';

const BIN = 'circleci-admin';
const WIDTH = 80;
/** Groups of flags shared by many commands, which `help flags` describes. */
const FOLDED: readonly string[] = ['global', 'change', 'ssh'];

type Flag = {
  readonly name?: string;
  readonly char?: string;
  readonly type?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly helpValue?: string | string[];
  readonly helpGroup?: string;
  readonly hidden?: boolean;
  readonly options?: readonly string[];
  readonly allowNo?: boolean;
};

/**
 * Returns the help of a command: examples first, its own flags, and the shared flags in one line.
 */
export function commandHelp(entry: CommandEntry, command: Command.Class): string {
  const name = entry.id.replaceAll(':', ' ');
  const flags = Object.entries({ ...command.baseFlags, ...command.flags })
    .map(([key, flag]) => ({ ...(flag as Flag), name: key }))
    .filter((flag) => !flag.hidden);
  const own = flags.filter((flag) => !FOLDED.includes(flag.helpGroup ?? ''));
  const ssh = flags.filter((flag) => flag.helpGroup === 'ssh');
  const changing = flags.filter((flag) => flag.helpGroup === 'change');
  const args = Object.entries(command.args ?? {}).filter(([, arg]) => !arg.hidden);
  const aliases = (command.aliases ?? []).map((alias) => alias.replaceAll(':', ' '));
  const sections = [
    command.summary ?? entry.summary,
    section('EXAMPLES', examples(command, name)),
    section('USAGE', [
      `$ ${BIN} ${usage(name, command)}`,
      ...(aliases.length > 0 ? [`also: ${aliases.join(', ')}`] : []),
    ]),
    section(
      'ARGUMENTS',
      list(args.map(([key, arg]) => [key.toUpperCase(), arg.description ?? ''])),
    ),
    section('FLAGS', [
      ...list(own.map((flag) => [flagLabel(flag), flag.summary ?? ''])),
      ...(ssh.length > 0 ? [ssh.map((flag) => `--${flag.name}`).join(', ')] : []),
      ...(changing.length > 0 ? [changing.map(shortLabel).join(', ')] : []),
      `and the flags of every command: ${BIN} help flags`,
    ]),
    section('DESCRIPTION', command.description ? wrap(command.description, WIDTH - 2) : []),
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

/** Returns the help of the flags that all or many commands have. */
export function flagsHelp(): string {
  const rows = (group: string): [string, string][] =>
    Object.entries({ ...mutatingFlags, ...sshFlags })
      .map(([name, flag]) => ({ ...(flag as Flag), name }))
      .filter((flag) => flag.helpGroup === group)
      .map((flag) => [flagLabel(flag), flag.summary ?? '']);
  const sections = [
    'Flags of every command. --foo-bar can also be set as CIRCLECI_ADMIN_FOO_BAR.',
    section('FLAGS', list(rows('global'))),
    section('FLAGS OF COMMANDS THAT CHANGE SOMETHING', list(rows('change'))),
    section('FLAGS OF COMMANDS THAT LOG IN BY SSH', list(rows('ssh'))),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Returns the help of a topic, which lists its commands. */
export function topicHelp(table: CommandTable, topic: string): string {
  const rows = commandsOf(table, topic).map(
    (entry) => [entry.id.replaceAll(':', ' '), entry.summary] as const,
  );
  return `${TOPICS[topic] ?? topic.replaceAll(':', ' ')}\n\n${section('COMMANDS', list(rows))}\n\n${MORE}\n`;
}

/** Returns the main help: first steps, and all topics with their commands. */
export function rootHelp(table: CommandTable): string {
  const topics = Object.entries(TOPICS).flatMap(([topic, about]) => {
    const names = new Set(commandsOf(table, topic).flatMap(({ id }) => id.split(':')[1] ?? []));
    return [`${topic.padEnd(12)}  ${about}`, `  ${[...names].join(', ')}`];
  });
  const single = table
    .filter(({ id, hidden }) => !hidden && !id.includes(':') && !Object.hasOwn(TOPICS, id))
    .map(({ id, summary }) => `${id.padEnd(12)}  ${summary}`);
  const sections = [
    'Operate a CircleCI Server installation from the command line.',
    section(
      'START HERE',
      FIRST_STEPS.map(([words, what]) => `$ ${BIN} ${words.padEnd(27)}  ${what}`),
    ),
    section('COMMANDS', [...topics, ...single]),
    `${MORE}\n${CODES}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function commandsOf(table: CommandTable, topic: string): CommandTable {
  return table.filter(({ id, hidden }) => !hidden && `${id}:`.startsWith(`${topic}:`));
}

const FIRST_STEPS = [
  ['init', 'find your installation'],
  ['doctor', 'check access and permissions'],
  ['troubleshoot queue', 'why builds are queued'],
  ['nomad status', 'builds, and why one is pending'],
  ['sandbox run -- nomad status', 'try it without an installation'],
] as const;

const MORE = `Run ${BIN} COMMAND --help for the arguments and flags of a command.`;
const CODES = `Run ${BIN} help CODE to explain a code of doctor or troubleshoot.`;

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function examples(command: Command.Class, name: string): string[] {
  return (Array.isArray(command.examples) ? command.examples : []).map((example) => {
    const text = typeof example === 'string' ? example : example.command;
    const line = text
      .replaceAll('<%= config.bin %>', BIN)
      .replaceAll('<%= command.id %>', name)
      .trim();
    const shown = line.startsWith('$') ? line : `$ ${line}`;
    return typeof example === 'string' ? shown : `${shown}   ${example.description}`;
  });
}

/** Returns the usage line: the static `usage` of the command, or one made from its arguments. */
function usage(name: string, command: Command.Class): string {
  if (typeof command.usage === 'string') return `${name} ${command.usage}`;
  const args = Object.entries(command.args ?? {}).filter(([, arg]) => !arg.hidden);
  const words = args.map(([key, arg], at) => {
    const last = at === args.length - 1;
    const many = (command.strict === false && last) || arg.multiple ? '...' : '';
    return arg.required ? `${key.toUpperCase()}${many}` : `[${key.toUpperCase()}${many}]`;
  });
  return [name, ...words, '[FLAGS]'].join(' ');
}

function flagLabel(flag: Flag & { name: string }): string {
  const short = flag.char ? `-${flag.char}, ` : '    ';
  return `${short}--${flag.allowNo ? '[no-]' : ''}${flag.name}${flagValue(flag)}`;
}

function flagValue(flag: Flag): string {
  if (flag.type !== 'option') return '';
  if (typeof flag.helpValue === 'string') return `=${flag.helpValue}`;
  return `=${flag.options ? flag.options.join('|') : 'VALUE'}`;
}

function shortLabel(flag: Flag & { name: string }): string {
  return `${flag.char ? `-${flag.char}/` : ''}--${flag.name}${flagValue(flag)}`;
}

function list(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(34, Math.max(0, ...rows.map(([label]) => label.length)));
  return rows.flatMap(([label, text]) => {
    const lines = wrap(text, Math.max(20, WIDTH - 4 - width));
    const indent = ' '.repeat(width + 2);
    const head =
      label.length > width ? [label] : [`${label.padEnd(width)}  ${lines.shift() ?? ''}`];
    return [...head, ...lines.map((line) => indent + line)].map((line) => line.trimEnd());
  });
}

function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= width) {
        lines[lines.length - 1] = `${last} ${word}`;
      } else lines.push(word);
    }
    return lines;
  });
}
