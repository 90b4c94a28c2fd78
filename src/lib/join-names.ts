/** Formats a list of names in a sentence: `a, b and c`; `or` instead of `and` if given. */
export function joinNames(names: readonly string[], connective: 'and' | 'or' = 'and'): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${connective} ${last}`;
}

/** Formats the first names of a list and counts the others: `a, b and 7 more`. */
export function firstNames(names: readonly string[], limit: number): string {
  const shown = names.slice(0, limit).join(', ');
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}
