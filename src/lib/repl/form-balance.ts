/**
 * The state of the typed text: `whole` can be evaluated, `open` needs more text, `blank` has no
 * form.
 */
export type FormState = 'whole' | 'open' | 'blank';

/**
 * Returns whether Clojure's reader would wait for more text. Brackets in strings, comments and
 * character literals (`\(`) do not count. A surplus closing bracket counts as whole: the server
 * reports the error.
 */
export function formState(text: string): FormState {
  let depth = 0;
  let seen = false;
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === ';') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
      continue;
    }
    if (/[\s,]/.test(character)) {
      at += 1;
      continue;
    }
    seen = true;
    if (character === '"') {
      const end = endOfText(text, at);
      if (end === -1) return 'open';
      at = end;
      continue;
    }
    // A character literal: skip the character after the backslash.
    if (character === '\\') at += 1;
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    at += 1;
  }
  if (depth > 0) return 'open';
  return seen ? 'whole' : 'blank';
}

/** Returns the index after the end of the string that starts here; -1 if it does not end. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
}
