import type { Clock, Milliseconds } from '../clock.ts';
import { isAdminError } from '../errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/http.ts';

/** How often a request is tried, and the pauses in between. */
export interface RetryPolicy {
  /** Total number of tries. */
  readonly tries: number;
  readonly firstPauseMs: Milliseconds;
  readonly longestPauseMs: Milliseconds;
}

/** The pauses add up to between 9 and 19 s. */
const SERVER_RETRY: RetryPolicy = { tries: 7, firstPauseMs: 300, longestPauseMs: 10_000 };

/** For callers with many requests: a persistent failure is reported quickly. */
export const BRIEF_RETRY: RetryPolicy = { tries: 2, firstPauseMs: 300, longestPauseMs: 1_000 };

const TRANSIENT_STATUSES = new Set([429, 500, 502, 503, 504]);
/** BAD_ANSWER means a truncated response. The request may or may not have been carried out. */
const TRANSIENT_CODES = new Set(['UNREACHABLE', 'REQUEST_TIMEOUT', 'BAD_ANSWER']);

/** A response whose body has been read. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Sends a request, and retries after 429, 500, 502, 503, 504, a broken connection, a truncated
 * response or a timeout. The pauses grow exponentially with jitter, and last at least as long as
 * `Retry-After` says. Suitable for reads, and for writes that are idempotent, such as setting a
 * value.
 *
 * @returns the last response, whatever its status
 * @throws AdminError of kind `service` or `timeout` of the last try, as thrown by `http`
 */
export async function sendWithRetry(
  http: HttpClient,
  request: HttpRequest,
  options: { readonly clock: Clock; readonly random: () => number; readonly policy?: RetryPolicy },
): Promise<HttpAnswer> {
  const { clock, random, policy = SERVER_RETRY } = options;
  for (let tried = 1; ; tried += 1) {
    const last = tried >= policy.tries;
    let retryAfterMs: Milliseconds = 0;
    try {
      const answer = await read(await http.request(request));
      if (last || !TRANSIENT_STATUSES.has(answer.status)) return answer;
      retryAfterMs = retryAfter(answer.headers['retry-after'], clock);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (last || !isAdminError(error) || !TRANSIENT_CODES.has(error.code)) throw error;
    }
    const backoff = policy.firstPauseMs * 2 ** (tried - 1) * (0.5 + random() / 2);
    const pause = Math.max(Math.min(backoff, policy.longestPauseMs), retryAfterMs);
    await clock.sleep(pause, request.signal);
  }
}

async function read(response: HttpResponse): Promise<HttpAnswer> {
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

/** The longest wait that is accepted from `Retry-After`. */
const MAX_RETRY_AFTER: Milliseconds = 120_000;

/** Parses `Retry-After`, seconds or a date, to milliseconds; returns 0 if it is neither. */
function retryAfter(header: string | undefined, clock: Clock): Milliseconds {
  if (header === undefined) return 0;
  const wait = /^\d+$/.test(header.trim())
    ? Number(header) * 1_000
    : Date.parse(header) - clock.now().getTime();
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), MAX_RETRY_AFTER) : 0;
}
