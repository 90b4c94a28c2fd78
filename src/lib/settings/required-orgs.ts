import { AdminError } from '../errors.ts';
import type { SystemSetting } from '../server/admin-api.ts';
import { isGitHubLogin } from '../server/github-login.ts';

/**
 * Parses the comma-separated list of organisations; duplicates that differ only in case are
 * dropped.
 */
export function parseOrgs(value: SystemSetting['value']): readonly string[] {
  const found = new Map<string, string>();
  for (const part of typeof value === 'string' ? value.split(',') : []) {
    const org = part.trim();
    if (org !== '' && !found.has(org.toLowerCase())) found.set(org.toLowerCase(), org);
  }
  return [...found.values()];
}

/** Returns the comma-separated list of organisations. */
export function orgList(orgs: readonly string[]): string {
  return orgs.join(',');
}

/** Adds organisations to the list; those already in it keep their spelling. */
export function addOrgs(orgs: readonly string[], added: readonly string[]): readonly string[] {
  return parseOrgs(orgList([...orgs, ...added]));
}

/**
 * Removes organisations from the list.
 *
 * @throws AdminError of kind `notFound`, code ORG_NOT_REQUIRED, if one is not in the list
 */
export function removeOrgs(orgs: readonly string[], removed: readonly string[]): readonly string[] {
  const known = new Set(orgs.map((org) => org.toLowerCase()));
  const gone = new Set(removed.map((org) => org.toLowerCase()));
  const missing = removed.filter((org) => !known.has(org.toLowerCase()));
  if (missing.length === 0) return orgs.filter((org) => !gone.has(org.toLowerCase()));
  throw new AdminError('notFound', `The list does not have ${missing.join(', ')}`, {
    code: 'ORG_NOT_REQUIRED',
    hint: 'To see the list: circleci-admin settings required-orgs list. Nothing was changed.',
  });
}

/**
 * Checks that these are valid names of GitHub organisations. A comma would split a name in two.
 *
 * @throws AdminError of kind `usage`, code BAD_ORG
 */
export function checkOrgs(orgs: readonly string[]): readonly string[] {
  for (const org of orgs) {
    if (isGitHubLogin(org)) continue;
    throw new AdminError('usage', `${JSON.stringify(org)} is not the name of an organisation`, {
      code: 'BAD_ORG',
      hint: 'Write it as in the address of its page: acme for github.com/acme.',
    });
  }
  return orgs;
}

/** Returns the warnings about a change of the list, each a sentence. */
export function requiredOrgsWarnings(
  before: readonly string[],
  then: readonly string[],
  publicGitHub: boolean,
): readonly string[] {
  return [
    ...(publicGitHub ? [] : [ONLY_GITHUB_COM]),
    ...(before.length > 0 && then.length === 0
      ? ['The list will be empty: every GitHub user who can sign in can create an account.']
      : []),
    ...(before.length === 0 && then.length > 0
      ? [
          'Only people with a connection to these organisations will be able to create an account; existing accounts are kept.',
        ]
      : []),
  ];
}

/** From the operations guide: "When using github.com, you can limit who can register". */
export const ONLY_GITHUB_COM =
  'The list has an effect with github.com only: with GitHub Enterprise it does nothing.';
