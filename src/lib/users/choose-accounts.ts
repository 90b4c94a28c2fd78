import type { Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';

/** The accounts to change, as given by the operator. */
export interface WantedAccounts {
  readonly logins: readonly string[];
  /** A file with one login per line; `-` is standard input. */
  readonly from: string | undefined;
  /** Selects all users without activity for this long. */
  readonly inactiveFor: Milliseconds | undefined;
}

/**
 * Checks that the accounts are selected in exactly one way.
 *
 * @throws AdminError of kind `usage` (NO_USER_NAMED, CONFLICTING_FLAGS)
 */
export function requireOneSource({ logins, from, inactiveFor }: WantedAccounts): void {
  const sources = [logins.length > 0, from !== undefined, inactiveFor !== undefined];
  const given = sources.filter(Boolean).length;
  if (given === 1) return;
  if (given === 0) {
    throw new AdminError('usage', 'No account was named', {
      code: 'NO_USER_NAMED',
      hint: 'Give logins, or a file of logins with --from FILE. List the accounts: circleci-admin users list',
    });
  }
  throw new AdminError('usage', 'Accounts are selected in more than one way', {
    code: 'CONFLICTING_FLAGS',
    hint: 'Use only one of: logins, --from, --inactive-for.',
  });
}

/**
 * Checks that the members come from exactly one source.
 *
 * @throws AdminError of kind `usage` (NO_MEMBERS_NAMED, CONFLICTING_FLAGS)
 */
export function requireMembers(flags: {
  readonly org?: readonly string[];
  readonly members?: string;
  readonly 'github-host'?: string;
}): void {
  const { org, members } = flags;
  if (org === undefined && members === undefined) {
    throw new AdminError('usage', 'No list of members was given', {
      code: 'NO_MEMBERS_NAMED',
      hint: 'Give an organisation with --org ORG, or a file of logins with --members FILE.',
    });
  }
  if (members === undefined || (org === undefined && flags['github-host'] === undefined)) return;
  throw new AdminError('usage', '--members and --org cannot be used together', {
    code: 'CONFLICTING_FLAGS',
    hint: 'Remove one of them.',
  });
}
