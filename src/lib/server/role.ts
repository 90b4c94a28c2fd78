import type { Account, AdminRole } from './admin-api.ts';

/** Returns the role of an account according to its scopes, as the web page labels it. */
export function roleOf({ adminScopes }: Pick<Account, 'adminScopes'>): AdminRole {
  if (adminScopes.some((scope) => scope === 'write-settings' || scope === 'all')) {
    return 'write-settings';
  }
  return adminScopes.includes('read-settings') ? 'read-settings' : 'none';
}
