import { AdminError } from '../../errors.ts';
import type { SandboxOptions } from '../../sandbox/sandbox.ts';
import { Flags } from '../oclif.ts';

/** The flag for the sandbox seconds per real second. */
export const rateFlag = Flags.custom<number>({
  summary: 'sandbox seconds per real second; 0 stops its clock',
  helpValue: 'NUMBER',
  parse: async (text) => {
    if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
    throw new AdminError('usage', `"${text}" is not a rate`, {
      code: 'BAD_RATE',
      hint: 'Write a number such as 1, 60 or 0.5; 0 stops the clock.',
    });
  },
});

/** The flag for the name of a sandbox, if there are several. */
export const nameFlag = Flags.string({ summary: 'name of the sandbox, if more than one runs' });

/** The flags for the contents of a new sandbox. */
export const sandboxFlags = {
  scenario: Flags.string({
    summary: 'scenario to start with, or several as A+B; list them with sandbox scenarios',
  }),
  clients: Flags.integer({ summary: 'number of Nomad clients', min: 0, max: 5_000 }),
  builds: Flags.integer({ summary: 'number of running builds', min: 0, max: 50_000 }),
  users: Flags.integer({ summary: 'number of accounts on the server', min: 3, max: 50_000 }),
  seed: Flags.integer({ summary: 'seed of the generated installation', min: 0 }),
  rate: rateFlag(),
};

/** The values of {@link sandboxFlags}. */
export interface SandboxFlagValues {
  readonly scenario: string | undefined;
  readonly clients: number | undefined;
  readonly builds: number | undefined;
  readonly users: number | undefined;
  readonly seed: number | undefined;
  readonly rate: number | undefined;
}

/** Returns the sandbox options of the flags; an omitted flag takes the scenario's value. */
export function sandboxOptions(flags: SandboxFlagValues): SandboxOptions {
  const { scenario, clients, builds, users, seed, rate } = flags;
  return {
    ...(scenario === undefined ? {} : { scenario }),
    ...(clients === undefined ? {} : { clients }),
    ...(builds === undefined ? {} : { builds }),
    ...(users === undefined ? {} : { users }),
    ...(seed === undefined ? {} : { seed }),
    ...(rate === undefined ? {} : { rate }),
  };
}

/** Returns the flags as words of a command line. */
export function sandboxWords(flags: SandboxFlagValues): readonly string[] {
  return Object.entries(sandboxOptions(flags)).flatMap(([flag, value]) => [
    `--${flag}`,
    String(value),
  ]);
}
