import type { BaseIssue, IssuePathItem } from 'valibot';

/** Describes in one line what is wrong with an input value, and where. */
export function describeFault({ path, input, message }: BaseIssue<unknown>): string {
  const where = (path ?? []).map(step).join('').replace(/^\./, '');
  // JSON has no undefined, so the value is missing.
  return input === undefined ? `${where} is missing` : `${where} is not ${message}`;
}

/** Names that are data may contain any character. */
function step({ key }: IssuePathItem): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  return /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
