import type { BaseIssue, IssuePathItem } from 'valibot';

/** What is wrong with a value that somebody sent, and where, in one line. */
export function describeFault({ path, input, message }: BaseIssue<unknown>): string {
  const where = (path ?? []).map(step).join('').replace(/^\./, '');
  // JSON has no undefined.
  return input === undefined ? `${where} is missing` : `${where} is not ${message}`;
}

/** Names that are data may hold anything. */
function step({ key }: IssuePathItem): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  return /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
