import type { Clock, Milliseconds } from '../clock.ts';
import { isAdminError } from '../errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/http.ts';

/** How often and how patiently a request is repeated. */
export interface RetryPolicy {
  /** Tries in all. */
  readonly tries: number;
  readonly firstPauseMs: Milliseconds;
  readonly longestPauseMs: Milliseconds;
}

/** About half a minute of a server that is not there, and no longer. */
const SERVER_RETRY: RetryPolicy = { tries: 7, firstPauseMs: 300, longestPauseMs: 10_000 };

/** For one question among many: what does not pass at once is told. */
export const BRIEF_RETRY: RetryPolicy = { tries: 2, firstPauseMs: 300, longestPauseMs: 1_000 };

const PASSING_STATUS = new Set([429, 500, 502, 503, 504]);
/** BAD_ANSWER: the answer was cut off. Whether the request was carried out, nobody can say. */
const PASSING_CODE = new Set(['UNREACHABLE', 'REQUEST_TIMEOUT', 'BAD_ANSWER']);

/** An answer whose body has been read. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Sends a request until it is answered with something that does not pass by itself: 429, 500, 502,
 * 503, 504, broken connections, answers that are cut off and timeouts are tried again, with growing
 * and jittered pauses on the clock, and for at least as long as `Retry-After` asks. Reads may be
 * sent this way, and writes that set something to a value: twice is the same as once.
 *
 * @returns the last answer, whatever its status
 * @throws AdminError of kind `service` or `timeout` of the last try, as `http` throws it
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

/** Longer than this a server cannot ask us to wait within one command. */
const LONGEST_ASKED: Milliseconds = 120_000;

/** `Retry-After` in milliseconds: seconds or a date; 0 where it says neither. */
function retryAfter(header: string | undefined, clock: Clock): Milliseconds {
  if (header === undefined) return 0;
  const asked = /^\d+$/.test(header.trim())
    ? Number(header) * 1_000
    : Date.parse(header) - clock.now().getTime();
  return Number.isFinite(asked) ? Math.min(Math.max(asked, 0), LONGEST_ASKED) : 0;
}
