import type { Clock, Milliseconds } from '../clock.ts';
import type { Check, CheckResult } from './check.ts';
import type { DoctorContext } from './context.ts';
import type { OpenContext } from './open-context.ts';
import { runChecks } from './run-checks.ts';

/** The time limits and retries of {@link examine}. */
export interface ExamineOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For each check. */
  readonly limit: Milliseconds;
  /** For all checks of a round. */
  readonly timeout: Milliseconds;
  /** How long to repeat the checks until none fails; 0 for a single round. */
  readonly wait: Milliseconds;
}

/** An event while checks run. */
export type ExamineEvent =
  | {
      readonly kind: 'result';
      readonly done: number;
      readonly of: number;
      readonly result: CheckResult;
    }
  /** A check failed, and all checks will be repeated. */
  | { readonly kind: 'again'; readonly failed: readonly string[]; readonly afterMs: Milliseconds }
  | {
      readonly kind: 'end';
      /** Null if the settings cannot be resolved. */
      readonly installation: string | null;
      readonly results: readonly CheckResult[];
    };

const PAUSE: Milliseconds = 5_000;

/**
 * Runs the checks, repeatedly if `wait` is set. The last event has the results of the last round.
 */
export async function* examine(
  checks: readonly Check<DoctorContext>[],
  open: () => OpenContext,
  { clock, signal, limit, timeout, wait }: ExamineOptions,
): AsyncGenerator<ExamineEvent, void> {
  const until = clock.now().getTime() + wait;
  for (;;) {
    const results: CheckResult[] = [];
    const { context, close } = open();
    let installation: string | null = null;
    try {
      for await (const result of runChecks(checks, context, { clock, limit, overall: timeout })) {
        signal.throwIfAborted();
        results.push(result);
        yield { kind: 'result', done: results.length, of: checks.length, result };
      }
      installation = await profileOf(context);
    } finally {
      await close();
    }
    const failed = results.filter(({ status }) => status === 'failed').map(({ code }) => code);
    if (failed.length === 0 || clock.now().getTime() + PAUSE > until) {
      yield { kind: 'end', installation, results };
      return;
    }
    yield { kind: 'again', failed: failed.sort(), afterMs: PAUSE };
    await clock.sleep(PAUSE, signal);
  }
}

/** If the settings cannot be resolved, a check has already reported why. */
function profileOf({ settings }: DoctorContext): Promise<string | null> {
  return settings().then(
    ({ profile }) => profile,
    () => null,
  );
}
