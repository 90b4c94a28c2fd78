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

const PASSING_STATUS = new Set([429, 500, 502, 503, 504]);
/** BAD_ANSWER means a truncated response. The request may or may not have been carried out. */
const PASSING_CODE = new Set(['UNREACHABLE', 'REQUEST_TIMEOUT', 'BAD_ANSWER']);

/** A response whose body has been read. */
export interface ReadAnswer {
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
export async function askAgain(
  http: HttpClient,
  request: HttpRequest,
  how: { readonly clock: Clock; readonly random: () => number; readonly policy?: RetryPolicy },
): Promise<ReadAnswer> {
  const { clock, random, policy = SERVER_RETRY } = how;
  for (let tried = 1; ; tried += 1) {
    const last = tried >= policy.tries;
    let asked: Milliseconds = 0;
    try {
      const answer = await read(await http.request(request));
      if (last || !PASSING_STATUS.has(answer.status)) return answer;
      asked = retryAfter(answer.headers['retry-after'], clock);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (last || !isAdminError(error) || !PASSING_CODE.has(error.code)) throw error;
    }
    const grown = policy.firstPauseMs * 2 ** (tried - 1) * (0.5 + random() / 2);
    const pause = Math.max(Math.min(grown, policy.longestPauseMs), asked);
    await clock.sleep(pause, request.signal);
  }
}

async function read(response: HttpResponse): Promise<ReadAnswer> {
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

/** The longest wait that is accepted from `Retry-After`. */
const LONGEST_ASKED: Milliseconds = 120_000;

/** Parses `Retry-After`, seconds or a date, to milliseconds; returns 0 if it is neither. */
function retryAfter(header: string | undefined, clock: Clock): Milliseconds {
  if (header === undefined) return 0;
  const asked = /^\d+$/.test(header.trim())
    ? Number(header) * 1_000
    : Date.parse(header) - clock.now().getTime();
  return Number.isFinite(asked) ? Math.min(Math.max(asked, 0), LONGEST_ASKED) : 0;
}
