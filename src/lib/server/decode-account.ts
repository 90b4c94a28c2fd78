import { arrayOf, numberOf, objectOf, objectOrNull, textOf } from '../json-value.ts';
import type { Account } from './admin-api.ts';
import { momentOf } from './decode-moment.ts';

/** A decoded account, and whether the response contained `suspended`. */
export interface DecodedAccount {
  readonly account: Account;
  readonly hasSuspended: boolean;
}

/**
 * Decodes an account; returns null if it has no login, like accounts that never completed sign-up.
 */
export function decodeAccount(value: unknown): DecodedAccount | null {
  const fields = objectOrNull(value);
  const login = textOf(fields?.['login']);
  if (fields === null || login === null) return null;
  const { suspended } = fields;
  return {
    hasSuspended: typeof suspended === 'boolean',
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
 * Decodes the list of accounts; returns null if the value is not one. Also returns null if no
 * account has `suspended`: treating all accounts as active would be a guess.
 */
export function decodeAccounts(value: unknown): readonly Account[] | null {
  if (!Array.isArray(value)) return null;
  const decoded = value.flatMap((item) => decodeAccount(item) ?? []);
  const noneHasSuspended = decoded.every(({ hasSuspended }) => !hasSuspended);
  return value.length > 0 && noneHasSuspended ? null : decoded.map(({ account }) => account);
}

/** Decodes the owner of the token; returns null if the response has no login. */
export function decodeMe(
  value: unknown,
): { readonly login: string; readonly admin: boolean | null } | null {
  const { login, admin } = objectOf(value);
  if (typeof login !== 'string' || login === '') return null;
  // The web page uses `admin` as a boolean; in other versions it is a scope.
  if (typeof admin === 'string') return { login, admin: admin !== '' && admin !== 'none' };
  return { login, admin: typeof admin === 'boolean' ? admin : null };
}

function scopesOf(value: unknown): readonly string[] {
  return arrayOf(value).filter((scope): scope is string => typeof scope === 'string');
}

/** `basic_email_prefs` is not used: it says which mails are sent, not to which address. */
function emailOf(fields: Readonly<Record<string, unknown>>): string | null {
  const named = [fields['email'], fields['selected_email'], ...arrayOf(fields['all_emails'])];
  return named.map(textOf).find((text) => text?.includes('@')) ?? null;
}
