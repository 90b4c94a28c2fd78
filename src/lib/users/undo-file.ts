import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AdminError } from '../errors.ts';
import { fileProblem, isFileMissing } from '../file-problem.ts';
import type { AdminRole } from '../server/admin-api.ts';
import { isGitHubLogin } from '../server/github-login.ts';
import type { AccountChange } from './account-plan.ts';
import { loginKey } from './state.ts';

/** The state of an account before a change; null for a field that was not changed. */
export interface FormerState {
  readonly login: string;
  readonly suspended: boolean | null;
  readonly role: AdminRole | null;
}

/** The file that `users restore` reads. */
export interface UndoFile {
  readonly kind: 'circleci-admin/undo-accounts';
  readonly version: 1;
  /** The installation's name and host: a restore on another installation is refused. */
  readonly installation: string;
  readonly host: string | null;
  /** RFC 3339. */
  readonly writtenAt: string;
  readonly accounts: readonly FormerState[];
}

const KIND = 'circleci-admin/undo-accounts';
const ROLES: readonly unknown[] = ['write-settings', 'read-settings', 'none', null];

/** Returns the current state of the accounts to change. */
export function formerAccounts(changes: readonly AccountChange[]): readonly FormerState[] {
  return changes.map(({ login, suspended, suspendedThen, role, roleThen }) => ({
    login,
    suspended: suspended === suspendedThen ? null : suspended,
    role: role === roleThen ? null : role,
  }));
}

/**
 * Merges the accounts of a rerun into those of an undo file. The oldest state of an account wins,
 * so that a command that was run several times is undone as a whole.
 */
function mergeFormer(
  older: readonly FormerState[],
  newer: readonly FormerState[],
): readonly FormerState[] {
  const merged = new Map(newer.map((account) => [loginKey(account.login), account]));
  for (const account of older) {
    const added = merged.get(loginKey(account.login));
    merged.set(loginKey(account.login), {
      login: account.login,
      suspended: account.suspended ?? added?.suspended ?? null,
      role: account.role ?? added?.role ?? null,
    });
  }
  return [...merged.values()];
}

/**
 * Writes an undo file atomically, readable only by the user; adds to an existing one.
 *
 * @throws AdminError of kind `failed` (UNDO_FILE), or like {@link readUndoFile}
 */
export async function writeUndoFile(path: string, undo: UndoFile): Promise<void> {
  const former = await readUndoFileIfExists(path);
  if (former) requireSameInstallation(former, undo, path);
  const accounts = mergeFormer(former?.accounts ?? [], undo.accounts);
  const text = `${JSON.stringify({ ...undo, accounts }, null, 2)}\n`;
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new AdminError(
      'failed',
      `The undo file ${path} cannot be written: ${fileProblem(error)}`,
      {
        code: 'UNDO_FILE',
        hint: 'Nothing was changed. To use another file: --undo-file PATH',
        cause: error,
      },
    );
  }
}

/**
 * Reads an undo file.
 *
 * @throws AdminError of kind `notFound` (UNDO_FILE) or `validation` (BAD_UNDO_FILE)
 */
export async function readUndoFile(path: string): Promise<UndoFile> {
  const found = await readUndoFileIfExists(path);
  if (found) return found;
  throw new AdminError('notFound', `The undo file ${path} does not exist`, {
    code: 'UNDO_FILE',
    hint: 'Its name was printed when the accounts were changed. See: circleci-admin audit list',
  });
}

/** Reads an undo file; returns null if it does not exist. */
export async function readUndoFileIfExists(path: string): Promise<UndoFile | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (isFileMissing(error)) return null;
    throw badFile(path, `cannot be read: ${fileProblem(error)}`, error);
  });
  return text === null ? null : decode(text, path);
}

/**
 * Checks that an undo file belongs to this installation.
 *
 * @throws AdminError of kind `refused`, code OTHER_INSTALLATION
 */
export function requireSameInstallation(
  file: UndoFile,
  here: Pick<UndoFile, 'installation' | 'host'>,
  path: string,
): void {
  const same =
    file.host !== null && here.host !== null
      ? file.host === here.host
      : file.installation === here.installation;
  if (same) return;
  throw new AdminError(
    'refused',
    `${path} belongs to ${file.host ?? file.installation}, not to ${here.host ?? here.installation}`,
    {
      code: 'OTHER_INSTALLATION',
      hint: `Choose its installation: --installation ${file.installation}. Nothing was changed.`,
    },
  );
}

function decode(text: string, path: string): UndoFile {
  const fields = fieldsOf(parse(text, path));
  const { installation, host, writtenAt, accounts } = fields;
  if (fields['kind'] !== KIND) throw badFile(path, 'is not an undo file of circleci-admin');
  if (fields['version'] !== 1) throw badFile(path, 'was written by a newer circleci-admin');
  if (typeof installation !== 'string' || !Array.isArray(accounts)) {
    throw badFile(path, 'has no installation or no accounts');
  }
  return {
    kind: KIND,
    version: 1,
    installation,
    host: typeof host === 'string' ? host : null,
    writtenAt: String(writtenAt),
    accounts: accounts.map((account, at) => decodeAccount(account, at, path)),
  };
}

function decodeAccount(value: unknown, at: number, path: string): FormerState {
  const { login, suspended, role } = fieldsOf(value);
  const fine =
    typeof login === 'string' &&
    isGitHubLogin(login) &&
    (typeof suspended === 'boolean' || suspended === null) &&
    ROLES.includes(role);
  if (!fine) throw badFile(path, `has an invalid account ${at + 1}`);
  return { login, suspended, role: role as AdminRole | null };
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badFile(path, 'is not JSON', error);
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function badFile(path: string, what: string, cause?: unknown): AdminError {
  return new AdminError('validation', `${path} ${what}`, {
    code: 'BAD_UNDO_FILE',
    hint: 'Use the file whose name was printed when the accounts were changed. Nothing was changed.',
    cause,
  });
}
