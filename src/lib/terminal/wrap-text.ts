/** How text is broken into lines. */
export interface WrapOptions {
  /** Columns; undefined where lines may be of any length. */
  readonly width: number | undefined;
  /** Blanks before every line but the first. */
  readonly indent?: number;
  /** Lines that are kept; what is beyond them ends in an ellipsis. */
  readonly most?: number;
}

/** However narrow a terminal is. */
const NARROWEST = 20;

/** Text broken between words; a word that is longer than a line is broken where the line ends. */
export function wrapText(text: string, { width, indent = 0, most }: WrapOptions): string[] {
  if (width === undefined || text.length <= width) return [text];
  const space = ' '.repeat(indent);
  const lines: string[] = [];
  let rest = text;
  while (rest !== '') {
    const lead = lines.length === 0 ? '' : space;
    const room = Math.max(NARROWEST, width - lead.length);
    const last = lines.length + 1 === most;
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

/** After the last word that fits; in the middle of one that fits on no line. */
function endOfLine(text: string, room: number): number {
  if (text.length <= room) return text.length;
  const blank = text.lastIndexOf(' ', room);
  return blank > 0 ? blank : room;
}
