import type { Clock, Milliseconds } from '../clock.ts';
import type { Check, CheckResult } from './check.ts';
import type { DoctorContext } from './context.ts';
import type { OpenContext } from './open-context.ts';
import { runChecks } from './run-checks.ts';

/** How long, and how often. */
export interface ExamineOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For each check. */
  readonly limit: Milliseconds;
  /** For all checks of a round. */
  readonly timeout: Milliseconds;
  /** For how long to try again until nothing fails; 0 for one round. */
  readonly wait: Milliseconds;
}

/** What happens while checks run. */
export type ExamineEvent =
  | {
      readonly kind: 'result';
      readonly done: number;
      readonly of: number;
      readonly result: CheckResult;
    }
  /** Something failed, and it will be tried again. */
  | { readonly kind: 'again'; readonly failed: readonly string[]; readonly afterMs: Milliseconds }
  | {
      readonly kind: 'end';
      /** Null where the settings cannot be made out. */
      readonly installation: string | null;
      readonly results: readonly CheckResult[];
    };

const PAUSE: Milliseconds = 5_000;

/** Runs checks, again and again where that is asked for; the last event has the last results. */
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

/** A check has told why, where the settings cannot be made out. */
function profileOf({ settings }: DoctorContext): Promise<string | null> {
  return settings().then(
    ({ profile }) => profile,
    () => null,
  );
}
