/**
 * Letters and digits with single hyphens between them, 39 characters at the most; accounts that a
 * company manages end in `_` and its short code (GitHub's rules for user names).
 */
const GITHUB_LOGIN = /^(?=.{1,39}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:_[A-Za-z0-9]{1,8})?$/;

/** Whether a text can be a person's login at GitHub. Nothing else is ever sent in its place. */
export function isGitHubLogin(text: string): boolean {
  return GITHUB_LOGIN.test(text);
}
