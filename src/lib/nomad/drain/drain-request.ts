import type { Milliseconds } from '../../clock.ts';
import { AdminError } from '../../errors.ts';
import type { DrainSpec } from '../client.ts';

/** The flags of a drain as given. */
export interface DrainFlags {
  readonly enable: boolean;
  readonly disable: boolean;
  readonly force: boolean;
  readonly detach: boolean;
  readonly keepIneligible: boolean;
  readonly ignoreSystem: boolean;
  readonly deadline: Milliseconds | undefined;
  readonly timeout: Milliseconds | undefined;
  readonly reason: string | undefined;
}

/** The request that the flags make. */
export type DrainRequest =
  | {
      readonly kind: 'drain';
      readonly spec: DrainSpec;
      readonly timeoutMs: Milliseconds | null;
      readonly detach: boolean;
    }
  | { readonly kind: 'end'; readonly keepIneligible: boolean };

/** Pairs of flags that contradict each other. */
const CONFLICTS: readonly (readonly [keyof DrainFlags, keyof DrainFlags])[] = [
  ['deadline', 'force'],
  ['disable', 'enable'],
  ['disable', 'deadline'],
  ['disable', 'force'],
  ['disable', 'detach'],
  ['disable', 'timeout'],
  ['disable', 'reason'],
  ['disable', 'ignoreSystem'],
  ['detach', 'timeout'],
];

/**
 * Interprets the flags of a drain.
 *
 * @throws AdminError of kind `usage` (CONFLICTING_FLAGS, BAD_DEADLINE)
 */
export function drainRequest(flags: DrainFlags): DrainRequest {
  for (const [one, other] of CONFLICTS) {
    if (isGiven(flags[one]) && isGiven(flags[other])) throw conflict(one, other);
  }
  if (flags.keepIneligible && !flags.disable) {
    throw new AdminError('usage', '--keep-ineligible can be used only with --disable', {
      code: 'CONFLICTING_FLAGS',
      hint: 'A drained client stays ineligible anyway; remove the flag.',
    });
  }
  if (flags.disable) return { kind: 'end', keepIneligible: flags.keepIneligible };
  if (flags.deadline === 0) {
    throw new AdminError('usage', 'To Nomad, a deadline of 0 means no deadline', {
      code: 'BAD_DEADLINE',
      hint: 'Remove --deadline to wait for builds, or use --force to kill them now.',
    });
  }
  return {
    kind: 'drain',
    spec: {
      deadline: flags.force ? 'force' : (flags.deadline ?? null),
      ignoreSystemJobs: flags.ignoreSystem,
      ...(flags.reason === undefined ? {} : { meta: { message: flags.reason } }),
    },
    timeoutMs: flags.timeout ?? null,
    detach: flags.detach,
  };
}

function isGiven(value: boolean | number | string | undefined): boolean {
  return value !== undefined && value !== false;
}

function conflict(one: keyof DrainFlags, other: keyof DrainFlags): AdminError {
  return new AdminError(
    'usage',
    `${flagName(one)} and ${flagName(other)} cannot be used together`,
    {
      code: 'CONFLICTING_FLAGS',
      hint: 'See: circleci-admin nomad drain --help',
    },
  );
}

function flagName(key: keyof DrainFlags): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
