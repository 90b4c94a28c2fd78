import { AdminError } from '../../errors.ts';

/**
 * Compiles the pattern of a filter for lines.
 *
 * @throws AdminError `usage` BAD_PATTERN
 */
export function linePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AdminError('usage', `"${text}" is not a valid pattern: ${reason}`, {
      code: 'BAD_PATTERN',
      hint: 'Write a regular expression, such as ERROR|FATAL; put a \\ before a special character.',
      cause: error,
    });
  }
}
