/** Whether text holds whole forms: `open` waits for more, `blank` holds nothing to evaluate. */
export type FormState = 'whole' | 'open' | 'blank';

/**
 * Whether a reader of Clojure would wait for more text. Brackets in texts, comments and characters
 * (`\(`) do not count; a bracket too many is for the server to complain about.
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
    // A character: whatever stands behind the backslash.
    if (character === '\\') at += 1;
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    at += 1;
  }
  if (depth > 0) return 'open';
  return seen ? 'whole' : 'blank';
}

/** Where the text that begins here has ended; -1 where it has not. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
}
