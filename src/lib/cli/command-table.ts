import type { Command } from '@oclif/core/command';
import { editDistance } from '../nearest.ts';

/** A command that is not loaded yet, with what is needed to find and to list it. */
export interface CommandEntry {
  /** The words of the command joined by colons, such as `nomad:node-status`. */
  readonly id: string;
  readonly summary: string;
  readonly aliases: readonly string[];
  readonly hidden: boolean;
  readonly load: () => Promise<Command.Class>;
}

/** The table of all commands. */
export type CommandTable = readonly CommandEntry[];

/** What the words of a command line refer to. */
export type CommandMatch =
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly rest: readonly string[] }
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'unknown'; readonly words: readonly string[] };

/** The description of each topic, which is the first word of its commands. */
export const TOPICS: Readonly<Record<string, string>> = {
  troubleshoot: 'find out why something does not work, and how to fix it',
  nomad: 'Nomad jobs and the clients that run them',
  pods: 'pods of the installation: state, logs, restarts',
  services: 'services of the installation, and the impact of each outage',
  users: 'accounts, administrators and licence seats',
  settings: 'system settings of the CircleCI server',
  repl: 'evaluate Clojure in the server, through its nREPL',
  config: 'the known installations, and how to reach each',
  audit: 'log of the changes made from this machine',
  sandbox: 'a simulated installation on this machine',
  completion: 'shell completion',
};

/** Finds the command or alias that matches the most leading words. */
export function findCommand(table: CommandTable, argv: readonly string[]): CommandMatch {
  const words = leadingWords(argv);
  for (let count = words.length; count > 0; count -= 1) {
    const id = words.slice(0, count).join(':');
    const entry = table.find((one) => one.id === id || one.aliases.includes(id));
    if (entry) return { kind: 'command', entry, rest: argv.slice(count) };
  }
  const topic = words.join(':');
  const isTopic = table.some((one) => one.id.startsWith(`${topic}:`));
  return isTopic || words.length === 0 ? { kind: 'topic', topic } : { kind: 'unknown', words };
}

function leadingWords(argv: readonly string[]): readonly string[] {
  const end = argv.findIndex((word) => word.startsWith('-'));
  const words = end === -1 ? argv : argv.slice(0, end);
  // `nomad:drain`, with oclif's default separator, is the same as `nomad drain`.
  const [first, ...rest] = words;
  return first?.includes(':') ? [...first.split(':'), ...rest] : words;
}

/** Returns up to three commands whose names are closest to the typed words, closest first. */
export function suggestCommands(table: CommandTable, words: readonly string[]): readonly string[] {
  const typed = words.slice(0, 3).join(' ');
  const scored = table
    .filter((entry) => !entry.hidden)
    .flatMap((entry) => [entry.id, ...entry.aliases])
    .map((id) => {
      const name = id.replaceAll(':', ' ');
      const length = name.split(' ').length;
      return { name, distance: editDistance(words.slice(0, length).join(' '), name) };
    })
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  const prefixed = table
    .filter((entry) => entry.id.replaceAll(':', ' ').includes(typed))
    .map((entry) => entry.id.replaceAll(':', ' '));
  return [...new Set([...scored.map(({ name }) => name), ...prefixed])].slice(0, 3);
}
