import type { Milliseconds } from '../../clock.ts';

/** Why a piece of evidence could not be obtained; an `AdminError` as data. */
export interface EvidenceFailure {
  readonly kind: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/**
 * A piece of evidence, or why there is none. A rule without the evidence it needs reports nothing:
 * the unknown is never taken for good or bad. Missing evidence is reported by a separate finding.
 */
export type Evidence<T> =
  | { readonly status: 'known'; readonly value: T; readonly tookMs: Milliseconds }
  | {
      readonly status: 'failed';
      readonly failure: EvidenceFailure;
      /** Whether the time limit was exceeded. */
      readonly timedOut: boolean;
      readonly tookMs: Milliseconds;
    }
  /** The source is not configured, or depends on something unknown; `why` says which. */
  | { readonly status: 'not-asked'; readonly why: string };

/** Returns the value, or null if it is unknown. */
export function known<T>(evidence: Evidence<T>): T | null {
  return evidence.status === 'known' ? evidence.value : null;
}

/** Returns why evidence is missing, in one line: the rest of a longer message is left out. */
export function whyMissing(evidence: Exclude<Evidence<unknown>, { status: 'known' }>): string {
  if (evidence.status === 'not-asked') return evidence.why;
  const { message } = evidence.failure;
  return message.split('\n', 1)[0] ?? message;
}

/** Creates evidence that was not requested. */
export function notAsked(why: string): Evidence<never> {
  return { status: 'not-asked', why };
}
