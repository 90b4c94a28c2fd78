import { shortId } from '../quantities.ts';
import type { LogItem, LogSource } from './log-session.ts';

type Line = Extract<LogItem, { readonly kind: 'line' }>;

/** The marks before each line. */
export interface LineMarks {
  readonly allocation: boolean;
  readonly stream: boolean;
  readonly color: boolean;
}

/** Formats a line for display: `0e449bfc stderr | text`. */
export function formatLine({ source, text }: Line, marks: LineMarks): string {
  const words: string[] = [];
  if (marks.allocation) words.push(shortId(source.allocation.id));
  if (marks.stream) words.push(source.stream);
  const mark = `${words.join(' ')} | `;
  // Standard error is coloured, so that the two streams can be told apart.
  const color = marks.color && marks.stream && source.stream === 'stderr';
  return `${color ? `\u001b[33m${mark}\u001b[39m` : mark}${text}`;
}

/** Returns a line for JSON output. */
export function lineDocument({ source, text }: Line): unknown {
  const { allocation, task, stream } = source;
  return { allocation: allocation.id, task, stream, text };
}

/** Returns the heading of a log if there are several allocations. */
export function headingOf({ allocation, stream }: LogSource): string {
  const node = allocation.nodeName ?? shortId(allocation.nodeId);
  return `==> ${stream} of allocation ${shortId(allocation.id)} on ${node}, ${allocation.clientStatus} <==`;
}
