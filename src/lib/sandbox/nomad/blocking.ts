import { type Answer, ApiError, type ApiRequest } from './api-request.ts';
import type { NomadCore } from './core.ts';

/** The default wait of a blocking query, and its maximum (nomad/rpc.go). */
const MAX_WAIT_MS = 300_000;
/** Nomad adds up to a sixteenth of the wait, so that clients do not all return at once. */
const JITTER_FRACTION = 16;

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Parses a Go duration such as `1m30s` into milliseconds; null for what Go would reject. */
export function parseGoDuration(text: string): number | null {
  const match = /^(-?)((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return text === '0' ? 0 : null;
  let total = 0;
  for (const [, amount, unit] of (match[2] ?? '').matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return match[1] === '-' ? -total : total;
}

/**
 * Repeats a query until the answer's index is above the request's, or until its wait has elapsed;
 * null if the client has disconnected.
 *
 * @throws ApiError 400 for an invalid wait or index
 */
export function blockingAnswer(
  core: NomadCore,
  request: ApiRequest,
  gone: AbortSignal,
  ask: () => Answer,
): Promise<Answer | null> {
  const { waitMs, index } = blockingParameters(request);
  const first = ask();
  if (index === 0 || (first.index ?? 0) > index) return Promise.resolve(first);
  const jitter = core.context.random.next() * (waitMs / JITTER_FRACTION);
  return new Promise((resolve, reject) => {
    const finish = (answer: Answer | null): void => {
      timer.cancel();
      stop();
      gone.removeEventListener('abort', onGone);
      resolve(answer);
    };
    const onGone = (): void => finish(null);
    const check = (final: boolean): void => {
      try {
        const answer = ask();
        if (final || (answer.index ?? 0) > index) finish(answer);
      } catch (error) {
        finish(null);
        reject(error);
      }
    };
    const timer = core.agenda.in(waitMs + jitter, () => check(true));
    const stop = core.state.onChange(() => check(false));
    gone.addEventListener('abort', onGone, { once: true });
  });
}

function blockingParameters(request: ApiRequest): {
  readonly waitMs: number;
  readonly index: number;
} {
  const wait = request.params.get('wait') ?? '';
  const waitMs = wait === '' ? MAX_WAIT_MS : parseGoDuration(wait);
  if (waitMs === null || waitMs < 0) throw new ApiError(400, 'Invalid wait time');
  const text = request.params.get('index') ?? '';
  if (!/^\d*$/.test(text)) throw new ApiError(400, 'Invalid index');
  return { waitMs: Math.min(waitMs, MAX_WAIT_MS), index: Number(text) };
}
