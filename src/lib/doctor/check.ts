import type { Milliseconds } from '../clock.ts';

/** The subject of a check; the first two digits of its code encode the same. */
export type Category = 'configuration' | 'kubernetes' | 'nomad' | 'server' | 'machine';

/** All categories in display order. */
export const CATEGORIES: readonly Category[] = [
  'configuration',
  'kubernetes',
  'nomad',
  'server',
  'machine',
];

/**
 * The result of a check. A feature that the profile does not use is `not-configured`, not a
 * failure.
 */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped' | 'not-configured';

/** The finding of a check: a one-line message, and a hint what to do. */
export interface Finding {
  readonly status: CheckStatus;
  readonly message: string;
  readonly hint?: string;
}

/** The static part of a check. */
export interface CheckDescription {
  /** `CA` and four digits; never changes. */
  readonly code: string;
  readonly category: Category;
  /** The condition that holds if the check passes. */
  readonly name: string;
  /**
   * Codes of prerequisites: this check is skipped if one of them failed, and not configured if one
   * of them is not configured.
   */
  readonly needs?: readonly string[];
  /** Codes of alternatives: at least one of them must pass. */
  readonly needsOneOf?: readonly string[];
  /**
   * Codes of checks whose failure would explain a failure of this one; they need not be configured.
   */
  readonly unlessFailed?: readonly string[];
}

/** A check. Only reads. `Needs` is the part of the context that it uses. */
export interface Check<Needs> extends CheckDescription {
  /**
   * Runs the check.
   *
   * @throws AdminError, which counts as a failure with its message and hint
   */
  run(context: Needs): Promise<Finding>;
}

/** A check and its result. */
export interface CheckResult extends CheckDescription {
  readonly status: CheckStatus;
  readonly message: string;
  readonly hint: string | null;
  /** Path of the documentation page, relative to the package root. */
  readonly ref: string;
  readonly durationMs: Milliseconds;
}

/** Returns the path of a check's documentation page. */
export function checkPage(code: string): string {
  return `docs/checks/${code}.md`;
}

/** The check passed. */
export function ok(message: string): Finding {
  return { status: 'ok', message };
}

/** It works, but only in part or not for long. */
export function warning(message: string, hint: string): Finding {
  return { status: 'warning', message, hint };
}

/** It does not work. */
export function failed(message: string, hint: string): Finding {
  return { status: 'failed', message, hint };
}

/** The profile does not use it. */
export function notConfigured(message: string, hint?: string): Finding {
  return { status: 'not-configured', message, ...(hint === undefined ? {} : { hint }) };
}

/** Another check reports it. */
export function skipped(message: string): Finding {
  return { status: 'skipped', message };
}
