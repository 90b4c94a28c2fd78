import type { Milliseconds } from '../../clock.ts';

/** Why a piece of evidence could not be had; an `AdminError` as data. */
export interface EvidenceFailure {
  readonly kind: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/**
 * What asking for something came to. A rule that needs it and does not have it says nothing: what is
 * not known is never taken for good or bad. That it could not be had is a finding of its own.
 */
export type Evidence<T> =
  | { readonly status: 'known'; readonly value: T; readonly tookMs: Milliseconds }
  | {
      readonly status: 'failed';
      readonly failure: EvidenceFailure;
      /** The time limit ended it. */
      readonly timedOut: boolean;
      readonly tookMs: Milliseconds;
    }
  /** Nothing is set up that could be asked, or what it depends on is not known: why. */
  | { readonly status: 'not-asked'; readonly why: string };

/** The value, or null where it is not known. */
export function known<T>(evidence: Evidence<T>): T | null {
  return evidence.status === 'known' ? evidence.value : null;
}

/** What was not asked for. */
export function notAsked(why: string): Evidence<never> {
  return { status: 'not-asked', why };
}
