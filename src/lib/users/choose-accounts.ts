import type { Milliseconds } from '../clock.ts';
import { AdminError } from '../errors.ts';

/** Whose accounts a change is about, as the operator says it. */
export interface WantedAccounts {
  readonly logins: readonly string[];
  /** A file with a login on each line; `-` is standard input. */
  readonly from: string | undefined;
  /** Everybody who did nothing for so long. */
  readonly inactiveFor: Milliseconds | undefined;
}

/**
 * Makes sure that accounts are chosen in exactly one way.
 *
 * @throws AdminError of kind `usage` (NO_USER_NAMED, CONFLICTING_FLAGS)
 */
export function requireOneWay({ logins, from, inactiveFor }: WantedAccounts): void {
  const ways = [logins.length > 0, from !== undefined, inactiveFor !== undefined];
  const given = ways.filter(Boolean).length;
  if (given === 1) return;
  if (given === 0) {
    throw new AdminError('usage', 'nobody is named', {
      code: 'NO_USER_NAMED',
      hint: 'Name logins, or a file of them by --from FILE. See who there is: circleci-admin users list',
    });
  }
  throw new AdminError('usage', 'accounts are chosen in more than one way', {
    code: 'CONFLICTING_FLAGS',
    hint: 'Use one of: logins, --from, --inactive-for.',
  });
}

/**
 * Makes sure that members come from exactly one place.
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
    throw new AdminError('usage', 'nothing says who the members are', {
      code: 'NO_MEMBERS_NAMED',
      hint: 'Name an organisation by --org ORG, or a file of logins by --members FILE.',
    });
  }
  if (members === undefined || (org === undefined && flags['github-host'] === undefined)) return;
  throw new AdminError('usage', '--members and --org exclude each other', {
    code: 'CONFLICTING_FLAGS',
    hint: 'Leave one of them out.',
  });
}
