import { AdminError, isAdminError } from '../errors.ts';
import { isGitHubLogin } from '../server/github-login.ts';
import type { GitHubClient, PageOptions } from './client.ts';
import { forbidden } from './errors.ts';
import type { KnownPage, PageCache } from './page-cache.ts';

/** The options of {@link readMembers}. */
export interface MembersOptions extends Pick<PageOptions, 'signal' | 'onWait'> {
  readonly cache?: PageCache;
}

/** The maximum page size of GitHub. */
const PER_PAGE = 100;
/** A longer list is assumed to be a loop of pages. */
const MAX_PAGES = 1_000;
const MAX_PASSES = 4;

/** GitHub's responses if the token must not see a membership. */
const HIDDEN_CODES: ReadonlySet<string> = new Set(['GITHUB_NOT_FOUND', 'GITHUB_FORBIDDEN']);

/**
 * With a classic token that has none of these scopes, GitHub silently returns only public members.
 */
const ENOUGH_SCOPES = ['read:org', 'write:org', 'admin:org'];

/**
 * Returns the logins of all members of an organisation. The list must be complete, because a
 * missing member would lose access. Members who join or leave during the read shift others to a
 * page that has already been read, so the pages are read until two passes agree. A pass over
 * unchanged pages does not count for the rate limit.
 *
 * @throws AdminError like {@link GitHubClient}, or of kind `service`, codes GITHUB_ERROR (not a
 *   list of members) and MEMBERS_CHANGING
 */
export async function readMembers(
  github: Pick<GitHubClient, 'address' | 'page'>,
  org: string,
  options: MembersOptions = {},
): Promise<readonly string[]> {
  if (!isGitHubLogin(org)) throw badOrg(org);
  await requireMembership(github, org, options);
  let known = (await options.cache?.read()) ?? [];
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const pages = await readPages(github, org, known, options);
    const agrees = sameLogins(loginsOf(pages), loginsOf(known));
    known = pages;
    if (!agrees) continue;
    await options.cache?.write(pages);
    return someLogins(pages, org, github.address.host);
  }
  throw new AdminError('service', `The members of ${org} changed while they were read`, {
    code: 'MEMBERS_CHANGING',
    hint: 'Run it again later. Nothing was changed.',
  });
}

/**
 * Throws unless the token's owner is a member: to others GitHub shows only public members, in a
 * response that looks complete.
 */
async function requireMembership(
  github: Pick<GitHubClient, 'address' | 'page'>,
  org: string,
  { signal, onWait }: MembersOptions,
): Promise<void> {
  const { host } = github.address;
  const outside = (): AdminError =>
    forbidden(
      `The token's owner is not a member of ${org}: ${host} shows all members to members only`,
      host,
    );
  try {
    const { value } = await github.page(`/user/memberships/orgs/${org}`, { signal, onWait });
    const isMember =
      typeof value === 'object' && value !== null && Reflect.get(value, 'state') === 'active';
    if (!isMember) throw outside();
  } catch (error) {
    const hidden = isAdminError(error) && HIDDEN_CODES.has(error.code);
    throw hidden ? outside() : error;
  }
}

async function readPages(
  github: Pick<GitHubClient, 'address' | 'page'>,
  org: string,
  known: readonly KnownPage[],
  options: MembersOptions,
): Promise<readonly KnownPage[]> {
  const { host } = github.address;
  const byPath = new Map(known.map((page) => [page.path, page]));
  const pages: KnownPage[] = [];
  let path: string | null = membersPath(org, 1);
  while (path !== null) {
    const before = byPath.get(path);
    const page = await github.page(path, { ...options, etag: before?.etag ?? null });
    if (page.scopes !== null && !page.scopes.some((scope) => ENOUGH_SCOPES.includes(scope))) {
      throw forbidden(
        `The token lacks the scope read:org: ${host} shows it only public members`,
        host,
      );
    }
    const unchanged = page.value === undefined ? before : undefined;
    const logins = unchanged?.logins ?? decodeLogins(page.value, host);
    // A 304 response may lack the link to the next page: after a full page, always request the
    // next.
    const next: string | null =
      page.next ?? (logins.length < PER_PAGE ? null : membersPath(org, pages.length + 2));
    pages.push({ path, etag: page.etag ?? unchanged?.etag ?? null, logins });
    if (pages.length > MAX_PAGES) throw noMembers(host, 'does not end');
    path = next;
  }
  return pages;
}

function membersPath(org: string, page: number): string {
  return `/orgs/${org}/members?per_page=${PER_PAGE}&page=${page}`;
}

function decodeLogins(value: unknown, host: string): readonly string[] {
  if (!Array.isArray(value)) throw noMembers(host, 'is not a list');
  return value.map((member: unknown) => {
    const login =
      typeof member === 'object' && member !== null ? Reflect.get(member, 'login') : undefined;
    if (typeof login !== 'string' || login === '') throw noMembers(host, 'lacks a login');
    return login;
  });
}

function loginsOf(pages: readonly KnownPage[]): readonly string[] {
  return [...new Set(pages.flatMap(({ logins }) => logins))];
}

/** Throws if the list is empty: with an empty list, everybody would lose access. */
function someLogins(pages: readonly KnownPage[], org: string, host: string): readonly string[] {
  const logins = loginsOf(pages);
  if (logins.length > 0) return logins;
  throw forbidden(`${host} shows no members of ${org} to this token`, host);
}

function sameLogins(left: readonly string[], right: readonly string[]): boolean {
  const known = new Set(right);
  return left.length === right.length && left.every((login) => known.has(login));
}

function noMembers(host: string, why: string): AdminError {
  return new AdminError('service', `The member list of ${host} ${why}`, {
    code: 'GITHUB_ERROR',
    hint: 'Check --github-host. Nothing was changed.',
  });
}

function badOrg(org: string): AdminError {
  return new AdminError('usage', `${JSON.stringify(org)} is not the name of an organisation`, {
    code: 'BAD_ORG',
    hint: 'Write it as in the address of its page: acme for github.com/acme.',
  });
}
