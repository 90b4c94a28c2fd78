import type { Entry } from './entry.ts';
import { isOfPipeline } from './namespaces.ts';

/** The number of characters examined; the rest is data. */
const EXAMINED_LENGTH = 240;

/** Wordings for a failed attempt. */
const FAILED_ATTEMPT =
  /\b(?:unable to|fail(?:ed|s|ing) (?:to|at|with|on)|failure|cannot|can't|could ?n[o']t|couldn't|giv(?:ing|es) up|gave up|refused|timed? ?out|timeout|unreachable|unavailable|not available|no route to host|connection (?:reset|closed|lost)|lost connection|broken pipe|disconnected|rejected|denied|unauthori[sz]ed|forbidden|retry(?:ing)?|(?:http|status|code)(?:[ /]1\.[01])?(?: code| status)?[ =:]+5\d\d)\b/i;
/** Similar wordings in records that report the absence of a problem. */
const NO_TROUBLE =
  /\b(?:no|without|0|zero) (?:\w+ )?(?:errors?|failures?|retries|timeouts?)\b|\b(?:timeout|retr(?:y|ies)|failures?|errors?)["']?[ =:]+(?:0|false|none|nil|\d+ ?m?s)\b|\brecovered\b/i;

/**
 * Returns whether a record below the level of an error reports a problem, and comes from a part
 * that processes builds. Such records count only if builds wait and they repeat.
 */
export function reportsTrouble({ head, rank }: Entry): boolean {
  if (rank !== 'info' && rank !== 'warn') return false;
  // Later versions do not log a namespace: of those, only warnings count.
  const own = head.namespace === null ? rank === 'warn' : isOfPipeline(head.namespace);
  if (!own) return false;
  const examined = head.message.slice(0, EXAMINED_LENGTH);
  return FAILED_ATTEMPT.test(examined) && !NO_TROUBLE.test(examined);
}
