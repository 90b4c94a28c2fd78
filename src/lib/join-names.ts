/** Formats a list of names in a sentence: `a, b and c`; `or` instead of `and` if given. */
export function joinNames(names: readonly string[], connective: 'and' | 'or' = 'and'): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${connective} ${last}`;
}
