import { isAdminError } from '../errors.ts';

/** Whether an error says that the user has no permission for a request (403). */
function isForbidden(error: unknown): boolean {
  return isAdminError(error, 'unauthorised') && error.code === 'KUBERNETES_FORBIDDEN';
}

/**
 * Returns what `ask` resolves to; null if the user has no permission for it.
 *
 * @throws all other errors of `ask`
 */
export async function nullIfForbidden<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isForbidden(error)) return null;
    throw error;
  }
}
