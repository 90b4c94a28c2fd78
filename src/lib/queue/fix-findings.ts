import type { Clock, Milliseconds } from '../clock.ts';
import type { RestartPlan } from '../pods/restart/plan.ts';
import {
  type RestartClient,
  type RestartEvent,
  type RestartOptions,
  restartPods,
} from '../pods/restart/restart.ts';
import type { Diagnosis, JudgedFinding } from './diagnosis.ts';
import { stageOf } from './stages.ts';

/** The events while findings are fixed. */
export type FixEvent =
  | { readonly type: 'restart'; readonly event: RestartEvent }
  /** The pods are ready; the builds that waited for them need a moment to reach Nomad. */
  | { readonly type: 'settling'; readonly afterMs: Milliseconds }
  /**
   * A fixed finding is still present, or (without codes) nothing proves the fix yet; the check is
   * repeated after a while.
   */
  | { readonly type: 'again'; readonly codes: readonly string[]; readonly afterMs: Milliseconds }
  /** The result of the last check. */
  | { readonly type: 'looked'; readonly diagnosis: Diagnosis };

/** Builds take about a second from the first stage to their client. */
const FIRST_CHECK: Milliseconds = 3_000;
const CHECK_EVERY: Milliseconds = 10_000;

/** Returns the findings that `--fix` can fix. */
export function fixable({ findings }: Diagnosis): readonly JudgedFinding[] {
  return findings.filter(({ fix }) => fix !== null);
}

/** Returns the services whose pods the operations guide says to delete, without duplicates. */
export function servicesToRestart(findings: readonly JudgedFinding[]): readonly string[] {
  return [...new Set(findings.flatMap(({ fix }) => fix?.services ?? []))];
}

/**
 * Deletes the pods of a plan, waits until the new ones are ready, and repeats the diagnosis until
 * the fixed findings are gone, and builds get through, or `settleMs` have passed.
 *
 * @throws AdminError as {@link restartPods} and `diagnoseAgain`
 */
export async function* fixFindings(
  client: RestartClient,
  plan: RestartPlan,
  fixed: readonly JudgedFinding[],
  diagnoseAgain: () => Promise<Diagnosis>,
  options: RestartOptions & { readonly settleMs: Milliseconds },
): AsyncGenerator<FixEvent, void> {
  const { clock, signal, settleMs } = options;
  let whole = true;
  for await (const event of restartPods(client, plan, options)) {
    if (event.type === 'ended' && event.outcome !== 'ready') whole = false;
    yield { type: 'restart', event };
  }
  yield* repeatUntilFixed(fixed, diagnoseAgain, { clock, signal, settleMs: whole ? settleMs : 0 });
}

/**
 * Returns the findings that remain: the same codes, or others that hold up the same builds. The
 * logs of deleted pods are gone, so that a code may disappear without any improvement.
 */
export function remainingFindings(
  fixed: readonly JudgedFinding[],
  { findings }: Diagnosis,
): readonly JudgedFinding[] {
  const codes = new Set(fixed.map(({ code }) => code));
  const held = new Set(fixed.flatMap(({ builds }) => builds));
  return findings.filter(
    ({ code, builds }) => codes.has(code) || builds.some((one) => held.has(one)),
  );
}

/**
 * Returns whether the diagnosis shows that builds get past the replaced pods. Their old logs are
 * gone, so that a finding disappears with them: either the UI lists no such build any more, or a
 * new log has a build.
 */
export function isFixProved(fixed: readonly JudgedFinding[], { steps }: Diagnosis): boolean {
  const stepOf = (name: string | null) => steps.find(({ step }) => step === name);
  const ui = stepOf('server')?.state ?? 'unknown';
  if (ui !== 'unknown' && ui !== 'not-asked') return true;
  return fixed.every(({ fix }) => {
    const stages = (fix?.services ?? []).flatMap((service) => stageOf(service) ?? []);
    return stages.length === 0 || (stepOf(stages.at(-1) ?? null)?.numbers['builds'] ?? 0) > 0;
  });
}

async function* repeatUntilFixed(
  fixed: readonly JudgedFinding[],
  diagnoseAgain: () => Promise<Diagnosis>,
  { clock, signal, settleMs }: { clock: Clock; signal: AbortSignal; settleMs: Milliseconds },
): AsyncGenerator<FixEvent, void> {
  const until = clock.now().getTime() + settleMs;
  const afterMs = Math.min(FIRST_CHECK, settleMs);
  if (afterMs > 0) {
    yield { type: 'settling', afterMs };
    await clock.sleep(afterMs, signal);
  }
  for (;;) {
    const diagnosis = await diagnoseAgain();
    const left = remainingFindings(fixed, diagnosis);
    const done = left.length === 0 && isFixProved(fixed, diagnosis);
    if (done || clock.now().getTime() + CHECK_EVERY > until) {
      yield { type: 'looked', diagnosis };
      return;
    }
    yield { type: 'again', codes: left.map(({ code }) => code), afterMs: CHECK_EVERY };
    await clock.sleep(CHECK_EVERY, signal);
  }
}
