import { arrayOf, numberOf, objectOf, objectOrNull, textOf } from '../json-value.ts';
import type { Account } from './admin-api.ts';
import { momentOf } from './decode-moment.ts';

/** An account as the server writes it, and whether it said anything about `suspended`. */
export interface ToldAccount {
  readonly account: Account;
  readonly tellsSuspended: boolean;
}

/**
 * Reads one account; null for what has no login, as accounts have that never finished signing up.
 */
export function decodeAccount(value: unknown): ToldAccount | null {
  const fields = objectOrNull(value);
  const login = textOf(fields?.['login']);
  if (fields === null || login === null) return null;
  const { suspended } = fields;
  return {
    tellsSuspended: typeof suspended === 'boolean',
    account: {
      login,
      name: textOf(fields['name']),
      email: emailOf(fields),
      signInCount: numberOf(fields['sign_in_count']),
      suspended: suspended === true,
      adminScopes: scopesOf(fields['admin_scopes']),
      createdAt: momentOf(fields['created_at']),
      lastSignInAt: momentOf(fields['current_sign_in_at']),
    },
  };
}

/**
 * Reads the list of accounts; null where it is none. A list in which nobody is said to be suspended
 * or not is none either: taking them all for active would be a guess.
 */
export function decodeAccounts(value: unknown): readonly Account[] | null {
  if (!Array.isArray(value)) return null;
  const told = value.flatMap((item) => decodeAccount(item) ?? []);
  const useless = told.every(({ tellsSuspended }) => !tellsSuspended);
  return value.length > 0 && useless ? null : told.map(({ account }) => account);
}

/** Who the token belongs to; null where the answer has no login. */
export function decodeMe(
  value: unknown,
): { readonly login: string; readonly admin: boolean | null } | null {
  const { login, admin } = objectOf(value);
  if (typeof login !== 'string' || login === '') return null;
  // The web page took it for true or false; what it was before, or in other versions, is a scope.
  if (typeof admin === 'string') return { login, admin: admin !== '' && admin !== 'none' };
  return { login, admin: typeof admin === 'boolean' ? admin : null };
}

function scopesOf(value: unknown): readonly string[] {
  return arrayOf(value).filter((scope): scope is string => typeof scope === 'string');
}

/** Not `basic_email_prefs`, which says what is mailed and not where to. */
function emailOf(fields: Readonly<Record<string, unknown>>): string | null {
  const named = [fields['email'], fields['selected_email'], ...arrayOf(fields['all_emails'])];
  return named.map(textOf).find((text) => text?.includes('@')) ?? null;
}
