import { AdminError } from '../errors.ts';

/**
 * A pattern that lines are held against.
 *
 * @throws AdminError `usage` BAD_PATTERN
 */
export function linePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AdminError('usage', `"${text}" is no pattern: ${reason}`, {
      code: 'BAD_PATTERN',
      hint: 'Write a regular expression, such as ERROR|FATAL; a \\ takes the meaning of a sign away.',
      cause: error,
    });
  }
}
