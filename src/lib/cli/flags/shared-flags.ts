import type { Completes } from '../completion/candidate.ts';
import { durationFlag, Flags } from '../oclif.ts';
import { FORMATS } from '../output/output.ts';
import { sortValue } from '../plain-words.ts';

/** Returns the environment variable that sets a shared flag. */
export function environmentName(flag: string): string {
  return `CIRCLECI_ADMIN_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** The flags of every command, for the installation and for the format of the result. */
export const sharedFlags = {
  json: Flags.boolean({ summary: 'print one JSON document', helpGroup: 'global' }),
  output: Flags.option({
    char: 'o',
    summary: 'format of the result',
    options: FORMATS,
    helpGroup: 'global',
  })(),
  columns: Flags.string({ summary: 'columns to show, comma-separated', helpGroup: 'global' }),
  sort: Flags.string({
    summary: 'column to sort by; -COLUMN for descending',
    parse: async (text) => sortValue(text),
    helpGroup: 'global',
  }),
  'no-color': Flags.boolean({ summary: 'no colours', helpGroup: 'global' }),
  quiet: Flags.boolean({ char: 'q', summary: 'no progress and no notes', helpGroup: 'global' }),
  debug: Flags.boolean({ summary: 'print every request and its duration', helpGroup: 'global' }),
  'request-timeout': durationFlag({ summary: 'time limit for one request', helpGroup: 'global' }),
  installation: Flags.string({ summary: 'profile to use', helpGroup: 'global' }),
  context: Flags.string({ summary: 'kubeconfig context', helpGroup: 'global' }),
  namespace: Flags.string({ char: 'n', summary: 'Kubernetes namespace', helpGroup: 'global' }),
  kubeconfig: Flags.string({ summary: 'kubeconfig file', helpGroup: 'global' }),
  'nomad-access': Flags.option({
    summary: 'how to reach Nomad',
    options: ['auto', 'direct', 'proxy', 'port-forward', 'exec'] as const,
    helpGroup: 'global',
  })(),
  'nomad-address': Flags.string({ summary: "address of Nomad's API", helpGroup: 'global' }),
  'nomad-pod': Flags.string({
    summary: 'pod of the Nomad server (found if not set)',
    helpGroup: 'global',
  }),
  'read-only': Flags.boolean({ summary: 'refuse to change anything', helpGroup: 'global' }),
};

/** The flags and arguments that take the same kind of name in every command, for completion. */
export const SHARED_NAMES: Completes = {
  installation: 'installations',
  'nomad-pod': 'pods',
  pod: 'pods',
  login: 'accounts',
};

/** The flags of every command that changes something. */
export const mutatingFlags = {
  ...sharedFlags,
  'dry-run': Flags.boolean({ summary: 'show the plan and change nothing', helpGroup: 'change' }),
  yes: Flags.boolean({ char: 'y', summary: 'do not ask for confirmation', helpGroup: 'change' }),
  confirm: Flags.string({
    summary: 'the name that the confirmation asks you to type',
    helpValue: 'NAME',
    helpGroup: 'change',
  }),
};

/** Flags without an environment variable, because each confirms one action only. */
export const WITHOUT_ENVIRONMENT: ReadonlySet<string> = new Set(['yes', 'force', 'confirm']);
