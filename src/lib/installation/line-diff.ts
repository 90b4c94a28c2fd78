/**
 * Returns the lines that differ between two texts, prefixed with `-` or `+`, each group after one
 * line of context. The time is quadratic, which is acceptable because config files are short.
 */
export function diffLines(before: string, after: string): readonly string[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const common = commonLengths(old, now);
  const shown: string[] = [];
  let last: string | undefined;
  let inGroup = false;
  const add = (mark: string, line: string | undefined): void => {
    if (!inGroup && last !== undefined) shown.push(`  ${last}`);
    inGroup = true;
    shown.push(`${mark} ${line ?? ''}`);
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      last = old[i];
      inGroup = false;
      i += 1;
      j += 1;
    } else if (
      i < old.length &&
      (j === now.length || at(common, i + 1, j) >= at(common, i, j + 1))
    ) {
      add('-', old[i]);
      i += 1;
    } else {
      add('+', now[j]);
      j += 1;
    }
  }
  return shown;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Returns the length of the longest common subsequence from every pair of lines to the end. */
function commonLengths(old: readonly string[], now: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const row = lengths[i];
    for (let j = now.length - 1; row && j >= 0; j -= 1) {
      row[j] =
        old[i] === now[j]
          ? at(lengths, i + 1, j + 1) + 1
          : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1));
    }
  }
  return lengths;
}

function at(lengths: readonly Uint32Array[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}
