import { AdminError } from '../../errors.ts';
import type { SandboxOptions } from '../../sandbox/sandbox.ts';
import { Flags } from '../oclif.ts';

/** A flag that takes how many seconds of the sandbox's time pass in a real second. */
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

/** Which of several sandboxes is meant. */
export const nameFlag = Flags.string({ summary: 'name of the sandbox, if more than one runs' });

/** What a new sandbox holds. */
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

/** Values of {@link sandboxFlags}. */
export interface SandboxFlagValues {
  readonly scenario: string | undefined;
  readonly clients: number | undefined;
  readonly builds: number | undefined;
  readonly users: number | undefined;
  readonly seed: number | undefined;
  readonly rate: number | undefined;
}

/** The sandbox that the flags describe; what they leave out is the scenario's. */
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

/** The same as words of a command line. */
export function sandboxWords(flags: SandboxFlagValues): readonly string[] {
  return Object.entries(sandboxOptions(flags)).flatMap(([flag, value]) => [
    `--${flag}`,
    String(value),
  ]);
}
