/** Made by scripts/build.ts: every command below src/commands, each loaded on its own. */
declare module 'virtual:command-table' {
  import type { CommandTable } from './lib/cli/command-table.ts';

  export const commandTable: CommandTable;
  export const packageVersion: string;
}
