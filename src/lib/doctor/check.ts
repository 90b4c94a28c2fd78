import type { Milliseconds } from '../clock.ts';

/** What a check is about; the first two digits of its code say the same. */
export type Category = 'configuration' | 'kubernetes' | 'nomad' | 'server' | 'machine';

/** Every category, in the order in which they are shown. */
export const CATEGORIES: readonly Category[] = [
  'configuration',
  'kubernetes',
  'nomad',
  'server',
  'machine',
];

/** How a check ended. What is not set up in the profile is neither good nor bad. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped' | 'not-configured';

/** What a check found: one line, and what to do about it. */
export interface Finding {
  readonly status: CheckStatus;
  readonly message: string;
  readonly hint?: string;
}

/** What a check is, before it has run. */
export interface CheckDescription {
  /** Stable: `CA` and four digits. */
  readonly code: string;
  readonly category: Category;
  /** What is well when it is well. */
  readonly name: string;
  /**
   * Codes without which this one means nothing: it is skipped where one of them failed, and not
   * configured where one of them is not.
   */
  readonly needs?: readonly string[];
  /** Codes of which one has to be well, whichever. */
  readonly needsOneOf?: readonly string[];
  /** Codes whose failure explains this one's, but which may as well not be configured. */
  readonly unlessFailed?: readonly string[];
}

/** A check. It only reads. `Needs` is the part of the context that it looks at. */
export interface Check<Needs> extends CheckDescription {
  /**
   * @throws AdminError, which counts as a failure with its message and hint
   */
  run(context: Needs): Promise<Finding>;
}

/** How a check ended, and what it is. */
export interface CheckResult extends CheckDescription {
  readonly status: CheckStatus;
  readonly message: string;
  readonly hint: string | null;
  /** The page that says more, from the top of the package. */
  readonly ref: string;
  readonly durationMs: Milliseconds;
}

/** The page of a check. */
export function checkPage(code: string): string {
  return `docs/checks/${code}.md`;
}

/** All is well. */
export function ok(message: string): Finding {
  return { status: 'ok', message };
}

/** It works, but not for long or not all of it. */
export function warning(message: string, hint: string): Finding {
  return { status: 'warning', message, hint };
}

/** It does not work. */
export function failed(message: string, hint: string): Finding {
  return { status: 'failed', message, hint };
}

/** The profile does not ask for it. */
export function notConfigured(message: string, hint?: string): Finding {
  return { status: 'not-configured', message, ...(hint === undefined ? {} : { hint }) };
}

/** Another check tells of it: this one says nothing. */
export function skipped(message: string): Finding {
  return { status: 'skipped', message };
}
