import { globSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Command } from '@oclif/core/command';
import type { CommandEntry } from '../src/lib/cli/command-table.ts';

const ROOT = join(import.meta.dirname, '..');
const COMMANDS = join(ROOT, 'src', 'commands');

/** A command from the sources. */
export interface SourceCommand extends CommandEntry {
  /** Absolute path of its file. */
  readonly file: string;
  /** Name of the exported class. */
  readonly exportName: string;
}

/** Returns all commands in src/commands; the path of each is its name. */
export async function sourceCommands(): Promise<SourceCommand[]> {
  const files = globSync('**/*.ts', { cwd: COMMANDS }).sort();
  return Promise.all(
    files.map(async (name) => {
      const file = join(COMMANDS, name);
      const [exportName, command] = commandOf(await import(file), relative(ROOT, file));
      return {
        id: name
          .replace(/\.ts$/, '')
          .replace(/(^|[\\/])index$/, '')
          .split(sep)
          .join(':'),
        summary: command.summary ?? '',
        aliases: [...(command.aliases ?? []), ...(command.hiddenAliases ?? [])].map((alias) =>
          alias.replaceAll(' ', ':'),
        ),
        hidden: command.hidden ?? false,
        load: async () => command,
        file,
        exportName,
      };
    }),
  );
}

function commandOf(module: Record<string, unknown>, name: string): [string, Command.Class] {
  const commands = Object.entries(module).filter(
    (entry): entry is [string, Command.Class] =>
      typeof entry[1] === 'function' && typeof Reflect.get(entry[1], 'run') === 'function',
  );
  const [only, ...more] = commands;
  if (!only || more.length > 0) throw new Error(`${name} has to export exactly one command`);
  return only;
}
