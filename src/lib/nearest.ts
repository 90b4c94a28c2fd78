/**
 * Returns the edit distance between two texts (optimal string alignment): the number of insertions,
 * deletions, substitutions and swaps of adjacent characters.
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          (previous[column - 1] ?? 0) + (same ? 0 : 1),
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The maximum length of a text to compare: the cost is quadratic, and names are shorter. */
const MAX_LENGTH = 200;

/**
 * Returns the candidate closest to a mistyped name, ignoring case, or null if none is close enough.
 * A candidate may differ by one edit for every three of its characters, and by at least one.
 */
export function nearest(typed: string, candidates: Iterable<string>): string | null {
  if (typed.length > MAX_LENGTH) return null;
  const wanted = typed.toLowerCase();
  let best: { readonly name: string; readonly edits: number } | null = null;
  for (const name of candidates) {
    const edits = editDistance(wanted, name.toLowerCase());
    if (edits <= Math.max(1, Math.floor(name.length / 3)) && edits < (best?.edits ?? MAX_LENGTH)) {
      best = { name, edits };
    }
  }
  return best?.name ?? null;
}
