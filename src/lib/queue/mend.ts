import type { Clock, Milliseconds } from '../clock.ts';
import type { RestartPlan } from '../pods/restart/plan.ts';
import {
  type RestartClient,
  type RestartEvent,
  type RestartOptions,
  restartPods,
} from '../pods/restart/restart.ts';
import type { Diagnosis, JudgedFinding } from './diagnosis.ts';

/** What happens while findings are mended. */
export type MendEvent =
  | { readonly type: 'restart'; readonly event: RestartEvent }
  /** What was mended is still found: it is looked again after a while. */
  | { readonly type: 'again'; readonly codes: readonly string[]; readonly afterMs: Milliseconds }
  /** The last look. */
  | { readonly type: 'looked'; readonly diagnosis: Diagnosis };

const LOOK_EVERY: Milliseconds = 10_000;

/** The findings that `--fix` can do something about. */
export function fixable({ findings }: Diagnosis): readonly JudgedFinding[] {
  return findings.filter(({ fix }) => fix !== null);
}

/** The services whose pods the operations guide wants deleted, each once. */
export function servicesToRenew(findings: readonly JudgedFinding[]): readonly string[] {
  return [...new Set(findings.flatMap(({ fix }) => fix?.services ?? []))];
}

/**
 * Deletes the pods of a plan, waits until the new ones are ready, and looks again until nothing of
 * what was to be mended is found any more, or `settleMs` have passed.
 *
 * @throws AdminError as {@link restartPods} and `look`
 */
export async function* mend(
  client: RestartClient,
  plan: RestartPlan,
  mended: readonly JudgedFinding[],
  look: () => Promise<Diagnosis>,
  options: RestartOptions & { readonly settleMs: Milliseconds },
): AsyncGenerator<MendEvent, void> {
  const { clock, signal, settleMs } = options;
  let whole = true;
  for await (const event of restartPods(client, plan, options)) {
    if (event.type === 'ended' && event.outcome !== 'ready') whole = false;
    yield { type: 'restart', event };
  }
  yield* lookUntilClean(mended, look, { clock, signal, settleMs: whole ? settleMs : 0 });
}

/**
 * What is left of findings: they are found again, or others hold up the same builds. With the pods their
 * logs are gone, so that a code alone may vanish and nothing be better.
 */
export function leftOf(
  mended: readonly JudgedFinding[],
  { findings }: Diagnosis,
): readonly JudgedFinding[] {
  const codes = new Set(mended.map(({ code }) => code));
  const held = new Set(mended.flatMap(({ builds }) => builds));
  return findings.filter(
    ({ code, builds }) => codes.has(code) || builds.some((one) => held.has(one)),
  );
}

async function* lookUntilClean(
  mended: readonly JudgedFinding[],
  look: () => Promise<Diagnosis>,
  { clock, signal, settleMs }: { clock: Clock; signal: AbortSignal; settleMs: Milliseconds },
): AsyncGenerator<MendEvent, void> {
  const until = clock.now().getTime() + settleMs;
  for (;;) {
    const diagnosis = await look();
    const left = leftOf(mended, diagnosis);
    if (left.length === 0 || clock.now().getTime() + LOOK_EVERY > until) {
      yield { type: 'looked', diagnosis };
      return;
    }
    yield { type: 'again', codes: left.map(({ code }) => code), afterMs: LOOK_EVERY };
    await clock.sleep(LOOK_EVERY, signal);
  }
}
