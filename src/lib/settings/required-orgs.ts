import { AdminError } from '../errors.ts';
import type { SystemSetting } from '../server/admin-api.ts';
import { isGitHubLogin } from '../server/github-login.ts';

/** The organisations of a comma list, as the setting keeps them; each once, whatever its case. */
export function parseOrgs(value: SystemSetting['value']): readonly string[] {
  const found = new Map<string, string>();
  for (const part of typeof value === 'string' ? value.split(',') : []) {
    const org = part.trim();
    if (org !== '' && !found.has(org.toLowerCase())) found.set(org.toLowerCase(), org);
  }
  return [...found.values()];
}

/** The comma list of organisations. */
export function orgList(orgs: readonly string[]): string {
  return orgs.join(',');
}

/** The list with these added; those that it has stay as they are. */
export function addOrgs(orgs: readonly string[], added: readonly string[]): readonly string[] {
  return parseOrgs(orgList([...orgs, ...added]));
}

/**
 * The list without these.
 *
 * @throws AdminError of kind `notFound`, code ORG_NOT_REQUIRED, for one that it does not have
 */
export function removeOrgs(orgs: readonly string[], removed: readonly string[]): readonly string[] {
  const known = new Set(orgs.map((org) => org.toLowerCase()));
  const gone = new Set(removed.map((org) => org.toLowerCase()));
  const missing = removed.filter((org) => !known.has(org.toLowerCase()));
  if (missing.length === 0) return orgs.filter((org) => !gone.has(org.toLowerCase()));
  throw new AdminError('notFound', `the list does not have ${missing.join(', ')}`, {
    code: 'ORG_NOT_REQUIRED',
    hint: 'See it: circleci-admin settings required-orgs list. Nothing was changed.',
  });
}

/**
 * Makes sure that these can be the names of organisations at GitHub: a comma in one would be two.
 *
 * @throws AdminError of kind `usage`, code BAD_ORG
 */
export function checkOrgs(orgs: readonly string[]): readonly string[] {
  for (const org of orgs) {
    if (isGitHubLogin(org)) continue;
    throw new AdminError('usage', `${JSON.stringify(org)} is not the name of an organisation`, {
      code: 'BAD_ORG',
      hint: 'Write it as in the address of its page, such as acme of github.com/acme.',
    });
  }
  return orgs;
}

/** What to know about a change of the list, each a sentence. */
export function requiredOrgsWarnings(
  before: readonly string[],
  then: readonly string[],
  publicGitHub: boolean,
): readonly string[] {
  return [
    ...(publicGitHub ? [] : [ONLY_GITHUB_COM]),
    ...(before.length > 0 && then.length === 0
      ? ['The list is empty then: everybody whom GitHub lets in can make an account.']
      : []),
    ...(before.length === 0 && then.length > 0
      ? [
          'From now on only people with some connection to these organisations can make an account; those who have one keep it.',
        ]
      : []),
  ];
}

/** The guide: "When using github.com, you can limit who can register". */
export const ONLY_GITHUB_COM =
  'The list counts for github.com alone: on a server with GitHub Enterprise it does nothing.';
