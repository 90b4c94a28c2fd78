import type { Clock, Milliseconds } from '../clock.ts';
import { type AdminError, isAdminError } from '../errors.ts';
import { formatDuration } from '../units.ts';
import {
  type Check,
  type CheckDescription,
  type CheckResult,
  checkPage,
  type Finding,
} from './check.ts';

/** The time limits of {@link runChecks}. */
export interface CheckLimits {
  readonly clock: Clock;
  /** For each check. */
  readonly limit: Milliseconds;
  /** For all checks together. */
  readonly overall: Milliseconds;
}

interface FinishedCheck {
  readonly result: CheckResult;
  /**
   * Code of the failed check that explains the result: this check, or a prerequisite however
   * indirect; null if none failed.
   */
  readonly rootCause: string | null;
}

/**
 * Runs the checks in parallel, each after those that it needs, and yields each result as it
 * arrives. A fault is reported by one check only: checks that depend on it are skipped with a
 * reference to it.
 *
 * @param checks ordered so that each comes after those that it needs
 */
export async function* runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  limits: CheckLimits,
): AsyncGenerator<CheckResult, void> {
  const overall = new AbortController();
  const deadline = timer(limits.clock, limits.overall, overall.signal);
  const ends = new Map<string, Promise<FinishedCheck>>();
  for (const check of checks) ends.set(check.code, runOne(check, context, ends, limits, deadline));
  const waiting = new Map(
    [...ends].map(([code, end]) => [code, end.then((ended) => ({ code, ended }))] as const),
  );
  try {
    while (waiting.size > 0) {
      const { code, ended } = await Promise.race(waiting.values());
      waiting.delete(code);
      yield ended.result;
    }
  } finally {
    overall.abort();
  }
}

async function runOne<Context>(
  check: Check<Context>,
  context: Context,
  ends: ReadonlyMap<string, Promise<FinishedCheck>>,
  limits: CheckLimits,
  deadline: Promise<'late'>,
): Promise<FinishedCheck> {
  const { clock } = limits;
  const skipReason = await skipReasonOf(check, ends);
  const started = clock.now().getTime();
  const finding = skipReason?.finding ?? (await bounded(check, context, limits, deadline));
  const { run: _, ...description } = check;
  const { status, message, hint = null } = finding;
  return {
    result: {
      ...description,
      status,
      message,
      hint,
      ref: checkPage(check.code),
      durationMs: skipReason ? 0 : clock.now().getTime() - started,
    },
    rootCause: status === 'failed' ? check.code : (skipReason?.rootCause ?? null),
  };
}

interface SkipReason {
  readonly finding: Finding;
  readonly rootCause: string | null;
}

/** Returns why a check is not run, or null. Prerequisites that are not selected are ignored. */
async function skipReasonOf(
  { needs = [], needsOneOf = [], unlessFailed = [] }: CheckDescription,
  ends: ReadonlyMap<string, Promise<FinishedCheck>>,
): Promise<SkipReason | null> {
  const endsOf = async (codes: readonly string[]): Promise<readonly FinishedCheck[]> => {
    const all = await Promise.all(codes.map((code) => ends.get(code)));
    return all.filter((one) => one !== undefined);
  };
  const [needed, choice, others] = await Promise.all([
    endsOf(needs),
    endsOf(needsOneOf),
    endsOf(unlessFailed),
  ]);
  const unfit = [
    ...needed.filter(({ result }) => !hasPassed(result)),
    ...(choice.some(({ result }) => hasPassed(result)) ? [] : choice),
    ...others.filter(({ rootCause }) => rootCause !== null),
  ];
  const first =
    unfit.find(({ rootCause }) => rootCause !== null) ??
    unfit.find(({ result }) => result.status === 'skipped') ??
    unfit[0];
  return first ? skipReason(first) : null;
}

function hasPassed({ status }: CheckResult): boolean {
  return status === 'ok' || status === 'warning';
}

function skipReason({ result, rootCause }: FinishedCheck): SkipReason {
  const { status, code, message } = result;
  if (status === 'not-configured') return { finding: { status, message }, rootCause };
  const why = rootCause === null ? `see ${code}: ${message}` : `${rootCause} failed`;
  return { finding: { status: 'skipped', message: why }, rootCause };
}

async function bounded<Context>(
  check: Check<Context>,
  context: Context,
  { clock, limit, overall }: CheckLimits,
  deadline: Promise<'late'>,
): Promise<Finding> {
  const done = new AbortController();
  const own = timer(clock, limit, done.signal).then(() => 'slow' as const);
  try {
    const ended = await Promise.race([attempt(check, context), own, deadline]);
    if (typeof ended !== 'string') return ended;
    const waited = formatDuration(ended === 'slow' ? limit : overall);
    const what =
      ended === 'slow' ? `timed out after ${waited}` : `the checks timed out after ${waited}`;
    const hint = 'The service is slow, or a firewall drops the traffic. Try again.';
    return { status: 'failed', message: what, hint };
  } finally {
    done.abort();
  }
}

async function attempt<Context>(check: Check<Context>, context: Context): Promise<Finding> {
  try {
    return await check.run(context);
  } catch (error) {
    if (isAdminError(error)) return failure(error);
    const message = error instanceof Error ? error.message : String(error);
    const hint = 'Please report it with the output of circleci-admin doctor --debug.';
    return { status: 'failed', message: `the check itself failed: ${message}`, hint };
  }
}

/** Converts an error to a finding. */
function failure({ message, hint }: AdminError): Finding {
  return { status: 'failed', message, ...(hint === undefined ? {} : { hint }) };
}

/** Resolves after a delay; never, if it is cancelled. */
function timer(clock: Clock, ms: Milliseconds, calledOff: AbortSignal): Promise<'late'> {
  return new Promise((resolve) => {
    clock.sleep(ms, calledOff).then(
      () => resolve('late'),
      // Cancelled.
      () => undefined,
    );
  });
}
