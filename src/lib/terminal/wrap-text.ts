/** How text is wrapped. */
export interface WrapOptions {
  /** The maximum width in columns; undefined for no limit. */
  readonly width: number | undefined;
  /** The number of spaces before every line but the first. */
  readonly indent?: number;
  /** The maximum number of lines; longer text ends in an ellipsis. */
  readonly maxLines?: number;
}

/** The minimum width of a line, on terminals of any width. */
const MIN_WIDTH = 20;

/** Wraps text between words; a word longer than a line is split at the end of the line. */
export function wrapText(text: string, { width, indent = 0, maxLines }: WrapOptions): string[] {
  if (width === undefined || text.length <= width) return [text];
  const space = ' '.repeat(indent);
  const lines: string[] = [];
  let rest = text;
  while (rest !== '') {
    const lead = lines.length === 0 ? '' : space;
    const room = Math.max(MIN_WIDTH, width - lead.length);
    const last = lines.length + 1 === maxLines;
    if (last && rest.length > room) {
      lines.push(`${lead}${rest.slice(0, room - 1)}…`);
      break;
    }
    const end = endOfLine(rest, room);
    lines.push(lead + rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return lines;
}

/**
 * Wraps a line of prose. An indented line holds a command and stays whole, so that it can be copied.
 */
export function wrapLine(line: string, width: number | undefined): readonly string[] {
  return line.startsWith(' ') ? [line] : wrapText(line, { width, indent: 2 });
}

/**
 * Returns the end of the last word that fits, or `room` if the first word is longer than a line.
 */
function endOfLine(text: string, room: number): number {
  if (text.length <= room) return text.length;
  const blank = text.lastIndexOf(' ', room);
  return blank > 0 ? blank : room;
}
