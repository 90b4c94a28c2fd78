import { AdminError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { CATEGORIES, type CheckDescription } from './check.ts';

/**
 * Returns the selected checks.
 *
 * @param only codes or categories to run; all if empty
 * @param skip codes or categories to leave out
 * @throws AdminError of kind `usage`, code UNKNOWN_CHECK
 */
export function selectChecks<One extends CheckDescription>(
  checks: readonly One[],
  only: readonly string[],
  skip: readonly string[],
): readonly One[] {
  for (const word of [...only, ...skip]) known(word, checks);
  const named = (words: readonly string[], { code, category }: One): boolean =>
    words.some((word) => word.toUpperCase() === code || word.toLowerCase() === category);
  return checks.filter((check) => (only.length === 0 || named(only, check)) && !named(skip, check));
}

/** Splits the comma-separated values of a repeatable flag. */
export function splitValues(lists: readonly string[]): readonly string[] {
  return lists.flatMap((list) => list.split(',').map((word) => word.trim())).filter(Boolean);
}

function known(word: string, checks: readonly CheckDescription[]): void {
  const names = [...CATEGORIES, ...checks.map(({ code }) => code)];
  if (names.some((name) => name.toLowerCase() === word.toLowerCase())) return;
  const meant = nearest(word, names);
  throw new AdminError('usage', `There is no check "${word}"`, {
    code: 'UNKNOWN_CHECK',
    hint: [
      ...(meant === null ? [] : [`Did you mean ${meant}?`]),
      `The categories are ${CATEGORIES.join(', ')}; to list the codes: circleci-admin doctor --list`,
    ].join(' '),
  });
}
