/**
 * Letters and digits with single hyphens between them, 39 characters at most. Logins of enterprise
 * managed users end in `_` and the company's short code (GitHub's rules for user names).
 */
const GITHUB_LOGIN = /^(?=.{1,39}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:_[A-Za-z0-9]{1,8})?$/;

/**
 * Returns whether a text is a valid GitHub login. Logins are checked with it before they are sent.
 */
export function isGitHubLogin(text: string): boolean {
  return GITHUB_LOGIN.test(text);
}
